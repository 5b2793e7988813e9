import type { BlobLocation, Id } from '../repository.ts';

/** A part of a pack, and the blobs in it that are wanted. */
export interface BlobRead {
  readonly pack: Id;
  readonly offset: number;
  length: number;
  /** In the order in which they lie there. */
  readonly blobs: BlobLocation[];
}

/** Read at once, but for a single blob that is longer. */
const mostAtOnce = 2 ** 22;
/** A gap that is cheaper to read than to skip. */
const smallGap = 2 ** 18;

/** The reads that bring these blobs, in the order of packs; each blob once, however often it is wanted. */
export function planReads(blobs: readonly BlobLocation[]): readonly BlobRead[] {
  const reads: BlobRead[] = [];
  for (const blob of blobs.toSorted(inOrder)) {
    const last = reads.at(-1);
    if (last === undefined || !joins(last, blob)) {
      const { pack, offset, length } = blob;
      reads.push({ pack, offset, length, blobs: [blob] });
    } else if (last.blobs.at(-1)?.offset !== blob.offset) {
      last.length = blob.offset + blob.length - last.offset;
      last.blobs.push(blob);
    }
  }
  return reads;
}

function inOrder(a: BlobLocation, b: BlobLocation): number {
  return a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1;
}

function joins(read: BlobRead, { pack, offset, length }: BlobLocation): boolean {
  const gap = offset - read.offset - read.length;
  return read.pack === pack && gap <= smallGap && offset + length - read.offset <= mostAtOnce;
}
