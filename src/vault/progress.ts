import type { Clock } from '../base/clock.ts';
import { setImmediate } from 'node:timers/promises';
import type { EntryFault, TransferProgress } from './vault.ts';

/** Entries between two looks at the signal and at the rest of the process. */
const breathEvery = 128;
const reportEvery = 100;

export interface TallyOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

/** Counts what a long transfer does, reports it at most ten times a second, and lets other work of the process in. */
export class Tally {
  files = 0;
  bytes = 0;
  filesTotal: number | undefined;
  bytesTotal: number | undefined;
  readonly faults: EntryFault[] = [];
  readonly signal: AbortSignal;
  readonly #options: TallyOptions;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #entries = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.signal = options.signal;
  }

  /** Call once per entry: file calls are synchronous, so without pauses no timer or signal would get its turn. */
  async breathe(): Promise<void> {
    if (this.isOutOfBreath()) await this.pause();
  }

  /** As `breathe`, where a promise for each entry would cost too much: when it is true, `pause` comes next. */
  isOutOfBreath(): boolean {
    this.signal.throwIfAborted();
    this.#entries += 1;
    return this.#entries % breathEvery === 0;
  }

  async pause(): Promise<void> {
    await setImmediate();
  }

  add(bytes: number, files = 0): void {
    this.bytes += bytes;
    this.files += files;
    this.#report();
  }

  done(): void {
    this.files += 1;
    this.#report();
  }

  fault(fault: EntryFault): void {
    this.faults.push(fault);
  }

  /** The last report, whenever the one before was. */
  finish(): void {
    this.#reportedAt = Number.NEGATIVE_INFINITY;
    this.#report();
  }

  #report(): void {
    const { onProgress, clock } = this.#options;
    if (onProgress === undefined || clock.now() - this.#reportedAt < reportEvery) return;
    this.#reportedAt = clock.now();
    const { files, bytes, filesTotal, bytesTotal } = this;
    onProgress({ files, bytes, filesTotal, bytesTotal });
  }
}
