import type { JsonObjects } from '../format/objects.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import type { Id } from '../repository.ts';

/** Of a pack: its header is sealed (32 bytes more), and its length stands behind it (4 bytes). */
const headerOverhead = 36;
const entrySize = 37;
/** One more number: the length before compression. */
const compressedEntrySize = 41;

/** Packs in the store with their sizes in bytes, by listing alone. */
export async function storedPacks(objects: JsonObjects): Promise<Map<Id, number>> {
  const sizes = new Map<Id, number>();
  for await (const { id, size } of objects.list('data')) sizes.set(id, size);
  return sizes;
}

/** Bytes that a pack of these blobs has. */
export function sizeOfPack(blobs: readonly Pick<PackedBlob, 'length' | 'uncompressedLength'>[]): number {
  let size = headerOverhead;
  for (const { length, uncompressedLength } of blobs)
    size += length + (uncompressedLength === undefined ? entrySize : compressedEntrySize);
  return size;
}
