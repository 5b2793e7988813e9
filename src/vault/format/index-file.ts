import type { BlobType, Id } from '../id.ts';
import { arrayOf, countOf, idOf, objectOf, parseJson } from './json-shape.ts';
import type { PackedBlob } from './pack-header.ts';
import { sealOverhead } from './seal.ts';

/** A pack and what lies in it. */
export interface IndexedPack {
  readonly id: Id;
  readonly blobs: readonly PackedBlob[];
}

/** No index file lists more blobs, unless a single pack holds more. */
export const blobsPerIndex = 50_000;

/** The most that one blob may be: far above what any writer makes, small enough for memory. */
export const blobLimit = 2 ** 29;

export function encodeIndex(packs: readonly IndexedPack[]): Buffer {
  return Buffer.from(JSON.stringify({ packs: packs.map(packToJson) }));
}

function packToJson(pack: IndexedPack): unknown {
  const blobs = pack.blobs.map(({ id, type, offset, length, uncompressedLength }) => ({
    id,
    type,
    offset,
    length,
    ...(uncompressedLength !== undefined && { uncompressed_length: uncompressedLength }),
  }));
  return { id: pack.id, blobs };
}

/** Undefined for anything that no index is. `supersedes`, of older files, means nothing any more. */
export function decodeIndex(json: Uint8Array): readonly IndexedPack[] | undefined {
  const value = objectOf(parseJson(json));
  const packs = arrayOf(value?.['packs'] ?? (value && []));
  return allOf(packs, decodePack);
}

function decodePack(value: unknown): IndexedPack | undefined {
  const pack = objectOf(value);
  const [id, blobs] = [idOf(pack?.['id']), allOf(arrayOf(pack?.['blobs']), decodeBlob)];
  if (!id || !blobs) return undefined;
  return { id, blobs: blobs.toSorted((a, b) => a.offset - b.offset) };
}

function decodeBlob(value: unknown): PackedBlob | undefined {
  const blob = objectOf(value);
  const [type, id, plain] = [typeOf(blob?.['type']), idOf(blob?.['id']), blob?.['uncompressed_length'] ?? 0];
  const [offset, length] = [countOf(blob?.['offset']), countOf(blob?.['length'], blobLimit)];
  const uncompressedLength = countOf(plain, blobLimit);
  if (!type || !id || offset === undefined || !length || length < sealOverhead || uncompressedLength === undefined)
    return undefined;
  return { type, id, offset, length, uncompressedLength: uncompressedLength || undefined };
}

function typeOf(value: unknown): BlobType | undefined {
  return value === 'data' || value === 'tree' ? value : undefined;
}

/** Every value decoded; undefined as soon as one can't be. */
function allOf<T>(values: readonly unknown[] | undefined, decode: (value: unknown) => T | undefined): T[] | undefined {
  if (!values) return undefined;
  const decoded: T[] = [];
  for (const value of values) {
    const one = decode(value);
    if (one === undefined) return undefined;
    decoded.push(one);
  }
  return decoded;
}
