import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** What is to be stored under a name. It can be sent as often as it takes. */
export interface Content {
  readonly size: number;
  /** A part of it; pieces that follow each other. */
  part(offset: number, length: number): Promise<readonly Uint8Array[]>;
}

/** The content of pieces in memory, which stay as they are. */
export function inMemory(pieces: readonly Uint8Array[]): Content {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  return { size, part: (offset, length) => Promise.resolve(cut(pieces, offset, length)) };
}

function cut(pieces: readonly Uint8Array[], offset: number, length: number): readonly Uint8Array[] {
  let start = 0;
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    const [from, to] = [Math.max(offset - start, 0), Math.min(offset + length - start, piece.length)];
    if (from < to) parts.push(piece.subarray(from, to));
    start += piece.length;
  }
  return parts;
}

/** A body that is sent without putting its pieces together. */
export function bodyOf(pieces: readonly Uint8Array[]): Uint8Array | Readable {
  const [first, second] = pieces;
  if (first === undefined) return Buffer.alloc(0);
  return second === undefined ? first : Readable.from(pieces, { objectMode: false });
}

/** The header Content-MD5. */
export function md5Of(pieces: readonly Uint8Array[]): string {
  const digest = createHash('md5');
  for (const piece of pieces) digest.update(piece);
  return digest.digest('base64');
}
