import type { Clock, Instant } from '../../base/clock.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { blobsPerIndex, encodeIndex } from '../format/index-file.ts';
import type { Id } from '../repository.ts';

/** Packs that no index lists would be stored again after a crash; so they wait no longer than this. */
const patience = 10 * 60_000;

/** Collects durable packs and lists them in index files. */
export class IndexWriter {
  readonly #save: (bytes: Uint8Array) => Promise<Id>;
  readonly #clock: Clock;
  readonly #onFile: (id: Id) => void;
  #packs: IndexedPack[] = [];
  #blobs = 0;
  #since: Instant = 0;

  /** `save` stores an index file; `onFile` gets the id of each file that it has written. */
  constructor(save: (bytes: Uint8Array) => Promise<Id>, clock: Clock, onFile: (id: Id) => void) {
    this.#save = save;
    this.#clock = clock;
    this.#onFile = onFile;
  }

  /** Durable packs that no file lists yet. */
  get waiting(): readonly IndexedPack[] {
    return this.#packs;
  }

  /** Forgets packs that no file lists yet: without a lock they may be gone. Returns how many there were. */
  drop(): number {
    const dropped = this.#packs.length;
    this.#packs = [];
    this.#blobs = 0;
    return dropped;
  }

  add(pack: IndexedPack): void {
    if (this.#packs.length === 0) this.#since = this.#clock.now();
    this.#packs.push(pack);
    this.#blobs += pack.blobs.length;
  }

  /** Writes when there is enough for a file, or the oldest has waited long. */
  async writeIfDue(): Promise<void> {
    const waited = this.#packs.length > 0 && this.#clock.now() - this.#since > patience;
    if (waited || this.#blobs >= blobsPerIndex) await this.write();
  }

  /** Everything that was added is in a durable index file when it resolves. */
  async write(): Promise<void> {
    while (this.#packs.length > 0) {
      const group = fittingGroup(this.#packs);
      this.#onFile(await this.#save(encodeIndex(group)));
      this.#packs = this.#packs.slice(group.length);
      this.#blobs -= countBlobs(group);
    }
  }
}

/** The first packs that one file may list; at least one. */
function fittingGroup(packs: readonly IndexedPack[]): readonly IndexedPack[] {
  let blobs = 0;
  const end = packs.findIndex((pack, i) => (blobs += pack.blobs.length) > blobsPerIndex && i > 0);
  return end === -1 ? packs : packs.slice(0, end);
}

function countBlobs(packs: readonly IndexedPack[]): number {
  return packs.reduce((sum, pack) => sum + pack.blobs.length, 0);
}
