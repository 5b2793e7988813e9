import { createHash } from 'node:crypto';
import { codeOf } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { decodePackHeader, headerLengthSize, headerLimit } from '../format/pack-header.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobLocation, Id } from '../repository.ts';

/** Read at a time. */
const pieceLength = 2 ** 22;

export interface PackToCheck {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
  readonly id: Id;
  /** What the index says that it holds. */
  readonly indexed: readonly BlobLocation[];
}

/** What is wrong with a pack, or undefined. Reads all of it: its hash is its name, so every byte is covered. */
export async function checkPack(pack: PackToCheck): Promise<string | undefined> {
  const name = objectName('data', pack.id);
  const size = await pack.store.size(name);
  if (size === undefined) return 'the pack is missing';
  const digest = await hashOf(pack.store, name, size);
  if (digest !== pack.id) return `its bytes do not fit its name: their hash is ${digest ?? 'that of less'}`;
  const header = await readPackHeader(pack, size);
  if (!header) return 'its header does not describe it';
  const packed = new Set(header.map(keyOf));
  const strange = pack.indexed.find((blob) => !packed.has(keyOf(blob)));
  return strange && `the index says that it holds ${strange.type} blob ${strange.id}, which it does not`;
}

/** Undefined when the pack went away or shrank meanwhile. */
async function hashOf(store: ObjectStore, name: string, size: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for (let offset = 0; offset < size; offset += pieceLength)
      hash.update(await store.get(name, { offset, length: Math.min(pieceLength, size - offset) }));
    return hash.digest('hex');
  } catch (error) {
    if (codeOf(error) === 'object-missing') return undefined;
    throw error;
  }
}

/** Undefined unless it is whole and describes the pack without a gap. */
export async function readPackHeader(
  pack: Pick<PackToCheck, 'store' | 'sealer' | 'id'>,
  size: number,
): Promise<readonly PackedBlob[] | undefined> {
  if (size < headerLengthSize) return undefined;
  const name = objectName('data', pack.id);
  const tail = await pack.store.get(name, { offset: size - headerLengthSize, length: headerLengthSize });
  const length = tail.length === headerLengthSize ? tail.readUInt32LE() : 0;
  if (length > headerLimit || length + headerLengthSize > size) return undefined;
  const sealed = await pack.store.get(name, { offset: size - headerLengthSize - length, length });
  const header = pack.sealer.open(sealed);
  return header && decodePackHeader(header, size);
}

function keyOf(blob: PackedBlob): string {
  return `${blob.type} ${blob.id} ${blob.offset} ${blob.length} ${blob.uncompressedLength}`;
}
