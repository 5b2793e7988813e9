import type { Compression } from '../../base/compression.ts';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * Levels of zstd; undefined: data is stored as it is. `default` comes to the size that restic's own has, to a percent;
 * level 3 takes half as long again, and five times as long where there is little to gain, for 2 % less.
 */
export const zstdLevels: Readonly<Record<Compression, number | undefined>> = {
  off: undefined,
  fast: 1,
  default: 2,
  best: 11,
};

const defaultLevel = 3;

export function compress(plain: Uint8Array, level = defaultLevel): Buffer {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  // Room for the worst case: the result comes in one piece, and the frame header states the size.
  return zstdCompressSync(plain, { params, chunkSize: plain.length + (plain.length >> 8) + 512 });
}

/**
 * The level for a piece of this length: in a short one the second level finds nothing that the first does not, and takes
 * half as long again.
 */
export function levelOf(level: number, length: number): number {
  return level === 2 && length <= shortPiece ? 1 : level;
}

const shortPiece = 16 * 1024;

/** Undefined when it is no whole zstd frame, or would be longer than `limit`: a frame of a kilobyte can claim a terabyte. */
export function decompress(bytes: Uint8Array, limit: number): Buffer | undefined {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch {
    return undefined;
  }
}

/** As `decompress`, when the length is known: undefined unless it comes out exactly. */
export function decompressExactly(bytes: Uint8Array, length: number): Buffer | undefined {
  try {
    // A little more room than needed, so that zlib sees the end without asking for another piece.
    const limits = { maxOutputLength: Math.max(length, 1), chunkSize: length + 64 };
    const plain = zstdDecompressSync(bytes, limits);
    return plain.length === length ? plain : undefined;
  } catch {
    return undefined;
  }
}
