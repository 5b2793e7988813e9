import { randomBytes } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compressedBound, createCompressor, documentedCompressor } from '../../../src/vault/format/compressor.ts';

const contents = [
  Buffer.of(1),
  Buffer.from('words '.repeat(10_000)),
  randomBytes(100_000),
  Buffer.alloc(8 * 2 ** 20),
  randomBytes(8 * 2 ** 20),
];

describe.each([
  ['with a context that is used again', createCompressor],
  ['with the documented call', documentedCompressor],
])('compressing %s', (_, create) => {
  test.each([1, 3, 11])('at level %d gives one frame that states its size, and touches nothing around it', (level) => {
    const compressor = create(level);
    for (const plain of [...contents, ...contents]) {
      const target = Buffer.alloc(compressedBound(plain.length) + 20, 7);
      const length = compressor.compressInto(target, 10, plain);
      expect(zstdDecompressSync(target.subarray(10, 10 + length)).equals(plain)).toBe(true);
      expect(target.subarray(0, 10).every((byte) => byte === 7)).toBe(true);
      expect(length).toBeLessThanOrEqual(compressedBound(plain.length));
    }
  });
});
