import type { IndexedPack } from '../format/index-file.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { BlobTable, tableWords } from './blob-table.ts';
import type { IndexView } from './index-view.ts';
import { packWord, segmentEntries, treeBit } from './index-view.ts';
import type { BlobLocation, BlobType, Id } from '../repository.ts';

/** As in a `BlobTable`, but for the pack, which stands beside the type. */
const entryWords = tableWords;

/**
 * Every blob of a repository, in memory: 48 bytes for the entry and 6 to 11 for its place in the hash table, so at most
 * 60 bytes a blob (1 TiB in blobs of 1.5 MiB: 42 MB), and some 300 bytes a pack. Entries are never removed.
 */
export class BlobIndex {
  /** Index files of the store whose content it holds. */
  readonly files = new Set<Id>();
  readonly #segments: Uint32Array[] = [];
  #count = 0;
  /** Open addressing by the first word of the id; a slot holds the number of the entry + 1. */
  #slots = sharedWords(1024);
  readonly #packs: PackRecord[] = [];
  readonly #packNumbers = new Map<Id, number>();
  readonly #wanted = new Uint32Array(8);
  readonly #wantedBytes = Buffer.from(this.#wanted.buffer);

  /** A pack that is listed again adds only what it wasn't known to hold. */
  add(pack: IndexedPack): void {
    const known = this.#packNumbers.get(pack.id);
    const number = known ?? this.#addPack(pack.id);
    const from = this.#count;
    for (const blob of pack.blobs) if (known === undefined || !this.#holds(number, blob)) this.#append(number, blob);
    if (this.#count > from) this.#packs[number]?.ranges.push([from, this.#count]);
  }

  has(type: BlobType, id: Id): boolean {
    this.#want(id);
    const mask = this.#slots.length - 1;
    for (let slot = (this.#wanted[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0 || this.#isEntry(entry, type, this.#wanted)) return entry >= 0;
    }
  }

  /** Every place of a blob: the same one may lie in several packs. */
  *locations(type: BlobType, id: Id): Generator<BlobLocation> {
    for (const entry of this.#matches(type, id)) yield this.#locationOf(entry);
  }

  /** For other threads: what is there now, and some of what comes later. */
  view(): IndexView {
    return { segments: [...this.#segments], slots: this.#slots };
  }

  /** And the ids of the packs that it speaks of, by their numbers, 32 bytes each. */
  viewWithPacks(): { readonly index: IndexView; readonly packs: Uint8Array } {
    const packs = new Uint8Array(new SharedArrayBuffer(32 * this.#packs.length));
    for (const [number, { id }] of this.#packs.entries()) packs.set(Buffer.from(id, 'hex'), 32 * number);
    return { index: this.view(), packs };
  }

  hasPack(id: Id): boolean {
    return this.#packNumbers.has(id);
  }

  blobsOf(pack: Id): readonly BlobLocation[] {
    const ranges = this.#packs[this.#packNumbers.get(pack) ?? -1]?.ranges ?? [];
    const blobs = ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from }, (_, i) => this.#locationOf(from + i)),
    );
    return blobs.sort((a, b) => a.offset - b.offset);
  }

  /** Bytes of the blobs of a pack, as they are stored. */
  lengthOf(pack: Id): number {
    const ranges = this.#packs[this.#packNumbers.get(pack) ?? -1]?.ranges ?? [];
    let length = 0;
    for (const [from, to] of ranges) for (let entry = from; entry < to; entry += 1) length += this.#word(entry, 10);
    return length;
  }

  /** As `blobsOf`, in no order, for another thread. */
  tableOf(pack: Id): BlobTable {
    const ranges = this.#packs[this.#packNumbers.get(pack) ?? -1]?.ranges ?? [];
    const words = new Uint32Array(entryWords * ranges.reduce((sum, [from, to]) => sum + to - from, 0));
    let at = 0;
    for (const [from, to] of ranges)
      for (let entry = from; entry < to; entry += 1, at += entryWords) {
        const start = (entry % segmentEntries) * entryWords;
        words.set(this.#segmentOf(entry).subarray(start, start + entryWords), at);
        words[at + packWord] = this.#word(entry, packWord) >= treeBit ? 1 : 0;
      }
    return new BlobTable(words);
  }

  *packs(): Generator<{ readonly id: Id; readonly blobs: readonly BlobLocation[] }> {
    for (const { id } of this.#packs) yield { id, blobs: this.blobsOf(id) };
  }

  #addPack(id: Id): number {
    const number = this.#packs.push({ id, ranges: [] }) - 1;
    this.#packNumbers.set(id, number);
    return number;
  }

  #holds(pack: number, blob: PackedBlob): boolean {
    for (const entry of this.#matches(blob.type, blob.id)) {
      if (packOf(this.#word(entry, packWord)) === pack && this.#word(entry, 9) === blob.offset) return true;
    }
    return false;
  }

  #append(pack: number, blob: PackedBlob): void {
    const entry = this.#count;
    if (entry % segmentEntries === 0) this.#segments.push(sharedWords(segmentEntries * entryWords));
    this.#want(blob.id);
    const segment = this.#segmentOf(entry);
    const at = (entry % segmentEntries) * entryWords;
    segment.set(this.#wanted, at);
    segment.set([typeBit(blob.type) + pack, blob.offset, blob.length, blob.uncompressedLength ?? 0], at + packWord);
    this.#count += 1;
    if (this.#count > this.#slots.length * 0.7) this.#rehash();
    else this.#place(entry);
  }

  #rehash(): void {
    this.#slots = sharedWords(this.#slots.length * 2);
    for (let entry = 0; entry < this.#count; entry += 1) this.#place(entry);
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#word(entry, 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    Atomics.store(this.#slots, slot, entry + 1);
  }

  /** Entries of a blob, in the order in which they were added. */
  *#matches(type: BlobType, id: Id): Generator<number> {
    this.#want(id);
    const wanted = this.#wanted.slice();
    const mask = this.#slots.length - 1;
    for (let slot = (wanted[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return;
      if (this.#isEntry(entry, type, wanted)) yield entry;
    }
  }

  #want(id: Id): void {
    this.#wantedBytes.write(id, 'hex');
  }

  #isEntry(entry: number, type: BlobType, wanted: Uint32Array): boolean {
    for (let i = 0; i < 8; i += 1) if (this.#word(entry, i) !== wanted[i]) return false;
    return this.#word(entry, packWord) >= treeBit === (type === 'tree');
  }

  #locationOf(entry: number): BlobLocation {
    const segment = this.#segmentOf(entry);
    const at = (entry % segmentEntries) * entryWords;
    const id = Buffer.from(segment.buffer, at * 4, 32).toString('hex');
    const pack = this.#packs[packOf(this.#word(entry, packWord))]?.id ?? '';
    const [offset, length, plain] = [this.#word(entry, 9), this.#word(entry, 10), this.#word(entry, 11)];
    const type = this.#word(entry, packWord) >= treeBit ? 'tree' : 'data';
    return { type, id, pack, offset, length, uncompressedLength: plain === 0 ? undefined : plain };
  }

  #word(entry: number, word: number): number {
    return this.#segmentOf(entry)[(entry % segmentEntries) * entryWords + word] ?? 0;
  }

  #segmentOf(entry: number): Uint32Array {
    return this.#segments[Math.floor(entry / segmentEntries)] ?? empty;
  }
}

interface PackRecord {
  readonly id: Id;
  /** Numbers of its entries: from, and up to but without, the second. */
  readonly ranges: (readonly [number, number])[];
}

const empty = new Uint32Array(0);

/** Memory that other threads may look into. */
function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * count));
}

function typeBit(type: BlobType): number {
  return type === 'tree' ? treeBit : 0;
}

function packOf(word: number): number {
  return word >= treeBit ? word - treeBit : word;
}
