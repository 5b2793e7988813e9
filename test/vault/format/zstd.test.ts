import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compress, decompress, decompressExactly } from '../../../src/vault/format/zstd.ts';

describe('zstd', () => {
  test.each([0, 1, 100, 65_536, 1_000_000, 8_388_608])('%d bytes come back', (length) => {
    for (const plain of [randomBytes(length), Buffer.alloc(length, 'text ')]) {
      expect(decompress(compress(plain), length)?.equals(plain)).toBe(true);
      expect(decompressExactly(compress(plain), length)?.equals(plain)).toBe(true);
    }
  });

  test('a frame that would explode stops at the limit', () => {
    const bomb = zstdCompressSync(Buffer.alloc(2 ** 28));
    expect(bomb.length).toBeLessThan(2 ** 16);
    const before = process.memoryUsage().arrayBuffers;
    expect(decompress(bomb, 2 ** 20)).toBeUndefined();
    expect(decompressExactly(bomb, 1000)).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test('a wrong length, a cut, garbage and nothing are no frames', () => {
    const frame = compress(Buffer.alloc(1000, 'x'));
    expect(decompressExactly(frame, 999)).toBeUndefined();
    expect(decompressExactly(frame, 1001)).toBeUndefined();
    for (let length = 0; length < frame.length; length += 1)
      expect(decompressExactly(frame.subarray(0, length), 1000)).toBeUndefined();
    expect(decompress(randomBytes(100), 1000)).toBeUndefined();
    expect(decompress(Buffer.alloc(0), 1000)).toBeUndefined();
  });
});
