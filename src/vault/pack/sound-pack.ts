import { createHash } from 'node:crypto';
import type { PackedBlob } from '../format/pack-header.ts';
import { decodePackHeader, headerLengthSize, headerLimit } from '../format/pack-header.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobTable } from '../index/blob-table.ts';
import type { Id } from '../repository.ts';
import type { BlobOpener } from './blob-opener.ts';
import type { PackBytes } from './pack-bytes.ts';

/** Blobs are read together up to this. */
const segmentLength = 2 ** 22;

export interface PackInQuestion {
  readonly id: Id;
  readonly bytes: PackBytes;
  /** What the index lists for it. */
  readonly indexed: BlobTable;
}

export interface OpenTools {
  readonly sealer: Sealer;
  readonly opener: BlobOpener;
}

/**
 * Reads a pack once, to the last byte. The result is its size when everything about it is as it should be: its name, its
 * header, each of its blobs, what the index says. Undefined when anything is not, whatever it is. Yields now and then.
 */
export function* soundPackSize(tools: OpenTools, pack: PackInQuestion): Generator<void, number | undefined> {
  const { size } = pack.bytes;
  const header = readHeader(tools.sealer, pack.bytes, size);
  if (header === undefined || !pack.indexed.lists(header.blobs)) return undefined;
  const hash = createHash('sha256');
  for (const segment of segmentsOf(header.blobs)) {
    const bytes = pack.bytes.read(segment.offset, segment.length);
    if (bytes.length !== segment.length) return undefined;
    hash.update(bytes);
    for (const content of tools.opener.contents(segment.blobs, { offset: segment.offset, bytes })) {
      if (content === undefined) return undefined;
      yield;
    }
  }
  hash.update(pack.bytes.read(header.offset, size - header.offset));
  return hash.digest('hex') === pack.id ? size : undefined;
}

interface Header {
  readonly offset: number;
  /** In the order of their offsets, without a gap up to the header. */
  readonly blobs: readonly PackedBlob[];
}

function readHeader(sealer: Sealer, bytes: PackBytes, size: number): Header | undefined {
  if (size < headerLengthSize) return undefined;
  const tail = bytes.read(size - headerLengthSize, headerLengthSize);
  const length = tail.length === headerLengthSize ? tail.readUInt32LE() : 0;
  const offset = size - headerLengthSize - length;
  if (length > headerLimit || offset < 0) return undefined;
  const header = sealer.open(bytes.read(offset, length));
  const blobs = header && decodePackHeader(header, size);
  return blobs && { offset, blobs };
}

interface Segment {
  readonly offset: number;
  length: number;
  readonly blobs: PackedBlob[];
}

function* segmentsOf(blobs: readonly PackedBlob[]): Generator<Segment> {
  let segment: Segment | undefined;
  for (const blob of blobs) {
    if (segment !== undefined && segment.length + blob.length > segmentLength) {
      yield segment;
      segment = undefined;
    }
    segment ??= { offset: blob.offset, length: 0, blobs: [] };
    segment.blobs.push(blob);
    segment.length += blob.length;
  }
  if (segment !== undefined) yield segment;
}
