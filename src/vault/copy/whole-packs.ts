import { hash } from 'node:crypto';
import type { IndexedPack } from '../format/index-file.ts';
import { decodePackHeader, headerLengthSize } from '../format/pack-header.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobLocation, Id, Repository } from '../repository.ts';

/** A pack that is copied as it is. */
export interface WholePack {
  readonly pack: Id;
  /** Of its blobs that are wanted, in bytes. */
  readonly length: number;
  readonly wanted: readonly BlobLocation[];
  /** What it holds, by its own header; undefined when its bytes don't fit its name. */
  readonly checked: (bytes: Buffer) => IndexedPack | undefined;
}

/** Smaller packs are better gathered into larger ones; what else is in a pack is of no use there. */
const leastBytes = 2 ** 22;
const leastShare = 0.9;

/** Which of these blobs travel in the packs they lie in, between repositories with the same key. */
export function wholePacks(
  { from, to }: { readonly from: Repository; readonly to: Repository },
  blobs: readonly BlobLocation[],
): { readonly whole: readonly WholePack[]; readonly rest: readonly BlobLocation[] } {
  const byPack = Map.groupBy(blobs, ({ pack }) => pack);
  const whole: WholePack[] = [];
  const rest: BlobLocation[] = [];
  for (const [pack, wanted] of byPack) {
    const length = wanted.reduce((sum, blob) => sum + blob.length, 0);
    const isWorthIt = length >= leastBytes && !to.hasPack(pack) && length >= leastShare * from.packLength(pack);
    if (isWorthIt) whole.push({ pack, length, wanted, checked: (bytes) => checkedPack(from.sealer, pack, bytes) });
    else rest.push(...wanted);
  }
  return { whole, rest };
}

function checkedPack(sealer: Sealer, id: Id, bytes: Buffer): IndexedPack | undefined {
  if (bytes.length < headerLengthSize || hash('sha256', bytes) !== id) return undefined;
  const end = bytes.length - headerLengthSize;
  const header = sealer.open(bytes.subarray(Math.max(0, end - bytes.readUInt32LE(end)), end));
  const blobs = header && decodePackHeader(header, bytes.length);
  return blobs && { id, blobs };
}
