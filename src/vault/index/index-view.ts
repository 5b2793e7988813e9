import type { BlobType, Id } from '../id.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { tableWords } from './blob-table.ts';

export const packWord = 8;
export const treeBit = 0x80_00_00_00;
/** Entries that are allocated at a time: 384 KiB. */
export const segmentEntries = 8192;

/**
 * The memory of a `BlobIndex`, which all threads may look into while its owner adds to it. What they see may be a
 * little old; what they find is true.
 */
export interface IndexView {
  readonly segments: readonly Uint32Array[];
  /** Open addressing by the first word of the id; a slot holds the number of the entry + 1. */
  readonly slots: Uint32Array;
}

/** True when the blob is in the index, as far as this view shows it. */
export function viewHas(view: IndexView, type: BlobType, id: Id): boolean {
  return entryOf(view, type, id) >= 0;
}

/** One of the places of a blob, as far as this view shows it; `packs` are the ids of `BlobIndex.viewWithPacks`. */
export function viewLocate(
  { packs, ...view }: IndexView & { readonly packs: Uint8Array },
  type: BlobType,
  id: Id,
): (PackedBlob & { readonly pack: Id }) | undefined {
  const entry = entryOf(view, type, id);
  const segment = view.segments[Math.floor(entry / segmentEntries)];
  if (entry < 0 || segment === undefined) return undefined;
  const at = (entry % segmentEntries) * tableWords + packWord;
  const [word = 0, offset = 0, length = 0, plain = 0] = segment.subarray(at, at + 4);
  const from = (word >= treeBit ? word - treeBit : word) * 32;
  if (from >= packs.length) return undefined;
  const pack = Buffer.from(packs.subarray(from, from + 32)).toString('hex');
  return { type, id, pack, offset, length, uncompressedLength: plain === 0 ? undefined : plain };
}

function entryOf(view: IndexView, type: BlobType, id: Id): number {
  bytes.write(id, 'hex');
  const mask = view.slots.length - 1;
  for (let slot = (words[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
    const entry = Atomics.load(view.slots, slot) - 1;
    if (entry < 0) return -1;
    if (isEntry(view.segments[Math.floor(entry / segmentEntries)], entry % segmentEntries, type)) return entry;
  }
}

const words = new Uint32Array(8);
const bytes = Buffer.from(words.buffer);

/** A segment that was added since the view was made is not in it. */
function isEntry(segment: Uint32Array | undefined, entry: number, type: BlobType): boolean {
  if (segment === undefined) return false;
  const at = entry * tableWords;
  for (let i = 0; i < 8; i += 1) if (segment[at + i] !== words[i]) return false;
  return (segment[at + packWord] ?? 0) >= treeBit === (type === 'tree');
}
