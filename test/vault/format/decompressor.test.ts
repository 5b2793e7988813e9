import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecompressor, documentedDecompressor } from '../../../src/vault/format/decompressor.ts';
import type { Decompressor } from '../../../src/vault/format/decompressor.ts';
import { noise } from '../chunker/noise.ts';

describe.each([
  ['that is used again', createDecompressor()],
  ['as documented', documentedDecompressor],
])('a decompressor %s', (_, decompressor) => {
  test('brings back any content, one after the other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 0, max: 300 }), (bytes, times) => {
        const plain = Buffer.concat([Buffer.from(bytes), Buffer.alloc(times * 100, 'again')]);
        expect(decompressed(decompressor, zstdCompressSync(plain), plain.length)?.equals(plain)).toBe(true);
      }),
    );
  });

  test('large pieces', () => {
    const plain = Buffer.concat([noise('a', 8_000_000), Buffer.alloc(300_000)]);
    expect(decompressed(decompressor, zstdCompressSync(plain), plain.length)?.equals(plain)).toBe(true);
  });

  test('any other length, a cut, and what is no frame are refused; then it works as before', () => {
    const plain = noise('b', 3000);
    const frame = zstdCompressSync(plain);
    const works = (): void => expect(decompressed(decompressor, frame, 3000)?.equals(plain)).toBe(true);
    for (const length of [2999, 3001, 1, 100_000]) {
      expect(decompressed(decompressor, frame, length)).toBeUndefined();
      works();
    }
    for (const cut of [0, 1, 4, 9, 100, frame.length - 1]) {
      expect(decompressed(decompressor, frame.subarray(0, cut), 3000)).toBeUndefined();
      works();
    }
    expect(decompressed(decompressor, Buffer.alloc(50, 7), 3000)).toBeUndefined();
    works();
  });

  test('a flipped bit never ends in anything but a refusal or the length that was asked for', () => {
    const plain = Buffer.alloc(2000, 'some text that repeats ');
    const frame = zstdCompressSync(plain);
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const bad = Buffer.from(frame);
      bad.writeUInt8(bad.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      decompressed(decompressor, bad, 2000);
      expect(decompressed(decompressor, frame, 2000)?.equals(plain)).toBe(true);
    }
  });
});

function decompressed(decompressor: Decompressor, frame: Buffer, length: number): Buffer | undefined {
  const target = Buffer.alloc(length + 1);
  return decompressor.decompressInto(target, frame, length) ? target.subarray(0, length) : undefined;
}
