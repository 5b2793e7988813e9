import type { Clock, Instant } from '../../base/clock.ts';
import type { Vault } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';

export interface PackMemoryOptions {
  readonly storage: string;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Undefined: nothing is kept from one verification to the next. */
  readonly kept: StepContext['soundPacks'];
}

/** So many packs are written at once. */
const portion = 1000;

/** What is known of the packs of a storage target from earlier verifications, and what this one adds. */
export class PackMemory {
  readonly #options: PackMemoryOptions;
  #known: ReadonlyMap<string, Instant> | undefined;
  #sound: string[] = [];

  constructor(options: PackMemoryOptions) {
    this.#options = options;
  }

  verifiedAt(pack: string): Instant | undefined {
    const { kept, storage } = this.#options;
    this.#known ??= kept?.of(storage) ?? new Map();
    return this.#known.get(pack);
  }

  add(pack: string): void {
    this.#sound.push(pack);
    if (this.#sound.length >= portion) this.#write();
  }

  /** Also for a verification that was cancelled: what it read was sound. Packs that were removed are forgotten. */
  save(): void {
    const { kept, storage, vault } = this.#options;
    this.#write();
    kept?.keep(storage, (pack) => vault.hasPack(pack));
  }

  #write(): void {
    const { kept, storage, clock } = this.#options;
    if (this.#sound.length > 0) kept?.note(storage, this.#sound, clock.now());
    this.#sound = [];
  }
}
