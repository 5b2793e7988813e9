import type { BlobType, Id } from '../id.ts';
import { sealOverhead } from './seal.ts';

/** A blob as its pack knows it. */
export interface PackedBlob {
  readonly type: BlobType;
  readonly id: Id;
  readonly offset: number;
  /** Stored bytes, sealed. */
  readonly length: number;
  /** Undefined: it is not compressed. */
  readonly uncompressedLength: number | undefined;
}

/** The sealed header's length stands at the very end of a pack. */
export const headerLengthSize = 4;

/** No header is longer: 400,000 blobs. */
export const headerLimit = 2 ** 24;

const plainEntry = 1 + 4 + 32;
const compressedEntry = plainEntry + 4;

/** The header in clear: type, length, length before compression if it was, id; numbers are little-endian. */
export function encodePackHeader(blobs: readonly PackedBlob[]): Buffer {
  return Buffer.concat(blobs.map(encodeEntry));
}

function encodeEntry(blob: PackedBlob): Buffer {
  const plain = blob.uncompressedLength;
  const entry = Buffer.alloc(plain === undefined ? plainEntry : compressedEntry);
  entry.writeUInt8((blob.type === 'tree' ? 1 : 0) + (plain === undefined ? 0 : 2), 0);
  entry.writeUInt32LE(blob.length, 1);
  if (plain !== undefined) entry.writeUInt32LE(plain, 5);
  entry.write(blob.id, entry.length - 32, 'hex');
  return entry;
}

/** Undefined unless the entries fill the header and the blobs fill the `packSize` before it, without a gap. */
export function decodePackHeader(header: Buffer, packSize: number): readonly PackedBlob[] | undefined {
  const blobs: PackedBlob[] = [];
  let offset = 0;
  for (let at = 0; at < header.length;) {
    const blob = decodeEntry(header, at, offset);
    if (!blob) return undefined;
    blobs.push(blob);
    offset += blob.length;
    at += blob.uncompressedLength === undefined ? plainEntry : compressedEntry;
  }
  return offset + header.length + sealOverhead + headerLengthSize === packSize ? blobs : undefined;
}

function decodeEntry(header: Buffer, at: number, offset: number): PackedBlob | undefined {
  const kind = header.readUInt8(at);
  const size = kind < 2 ? plainEntry : compressedEntry;
  if (kind > 3 || at + size > header.length) return undefined;
  const length = header.readUInt32LE(at + 1);
  if (length < sealOverhead) return undefined;
  return {
    type: kind % 2 === 0 ? 'data' : 'tree',
    id: header.toString('hex', at + size - 32, at + size),
    offset,
    length,
    uncompressedLength: kind < 2 ? undefined : header.readUInt32LE(at + 5),
  };
}
