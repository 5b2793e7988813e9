import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Level 3, which is what stock restic's default amounts to. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

export function compress(plain: Uint8Array): Buffer {
  // Room for the worst case: the result comes in one piece, and the frame header states the size.
  return zstdCompressSync(plain, { ...options, chunkSize: plain.length + (plain.length >> 8) + 512 });
}

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
