import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedLimit, maximumChunk, minimumChunk } from '../../../src/vault/chunker/chunker.ts';
import { chunksOf } from '../../../src/vault/chunker/chunks.ts';
import { assemble } from '../../../src/vault/chunker/generate-binary.ts';
import { rabinBinary } from '../../../src/vault/chunker/rabin-binary.ts';
import { randomPolynomial } from '../../../src/vault/format/polynomial.ts';
import { noise } from './noise.ts';
import { slowChunkLengths } from './slow-chunker.ts';

const polynomial = 0x3da3358b4dc173n;

test('the committed binary is what the source assembles to', async () => {
  const source = readFileSync(join(import.meta.dirname, '../../../src/vault/chunker/rabin.wat'), 'utf8');
  const base64 = [...(await assemble(source)).matchAll(/^ +'(.*)',$/gm)].map(([, line]) => line).join('');
  expect(base64).toBe(rabinBinary);
});

describe('chunks', () => {
  test('lie where the definition says, for any polynomial and content, however the stream is cut', async () => {
    const seeds = fc.tuple(fc.string(), fc.integer({ min: 0, max: 3_500_000 }), fc.integer({ min: 1, max: 700_000 }));
    await fc.assert(
      fc.asyncProperty(seeds, async ([seed, length, piece]) => {
        const own = randomPolynomial();
        const bytes = noise(seed, length);
        expect(await lengthsOf(piecesOf(bytes, piece), own)).toEqual(slowChunkLengths(bytes, own));
      }),
      { numRuns: 6 },
    );
  });

  test('put together are the stream', async () => {
    const bytes = noise('whole', 5_000_000);
    const parts: Buffer[] = [];
    for await (const chunk of chunksOf(piecesOf(bytes, 100_000), polynomial)) parts.push(Buffer.from(chunk));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(parts.length).toBeGreaterThan(1);
  });

  test('of zeros are all of the minimum: their fingerprint is zero', async () => {
    expect(await lengthsOf(piecesOf(Buffer.alloc(minimumChunk * 3 + 5), feedLimit), polynomial)).toEqual([
      minimumChunk,
      minimumChunk,
      minimumChunk,
      5,
    ]);
  });

  test('end at the maximum where no border comes', async () => {
    const bytes = Buffer.alloc(maximumChunk * 2 + 1, 'no border in this text. ');
    expect(slowChunkLengths(bytes.subarray(0, 2 ** 20), polynomial)).toEqual([2 ** 20]);
    expect(await lengthsOf(piecesOf(bytes, 1_000_000), polynomial)).toEqual([maximumChunk, maximumChunk, 1]);
  });

  test.each([0, 1, minimumChunk - 1, minimumChunk])('of %d bytes: one, or none for none', async (length) => {
    const bytes = noise('short', length);
    expect(await lengthsOf(piecesOf(bytes, 77_777), polynomial)).toEqual(length === 0 ? [] : [length]);
  });

  test('empty pieces change nothing', async () => {
    const bytes = noise('empty', 2_000_000);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of piecesOf(bytes, 50_000)) yield* [new Uint8Array(), piece, new Uint8Array()];
    };
    expect(await lengthsOf(pieces(), polynomial)).toEqual(slowChunkLengths(bytes, polynomial));
  });

  test('of streams that are read in turns do not mix', async () => {
    const contents = ['a', 'b', 'c'].map((seed) => noise(seed, 2_000_000));
    const found = await Promise.all(contents.map((bytes) => lengthsOf(piecesOf(bytes, 100_000), polynomial)));
    expect(found).toEqual(contents.map((bytes) => slowChunkLengths(bytes, polynomial)));
  });

  test('after a stream that broke, or was left, are those of the next alone', async () => {
    const bytes = noise('next', 3_000_000);
    await expect(lengthsOf(broken(), polynomial)).rejects.toThrow('the disk is gone');
    for await (const chunk of chunksOf(piecesOf(bytes, 100_000), polynomial)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await lengthsOf(piecesOf(bytes, 100_000), polynomial)).toEqual(slowChunkLengths(bytes, polynomial));
  });

  test('an insertion near the start leaves the later ones as they are', async () => {
    const bytes = noise('stable', 12_000_000);
    const changed = Buffer.concat([Buffer.from('inserted'), bytes]);
    const [before, after] = [await hashesOf(bytes), await hashesOf(changed)];
    expect(before.length).toBeGreaterThan(4);
    expect(before.filter((hash) => !after.includes(hash)).length).toBeLessThanOrEqual(2);
  });
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield noise('broken', 1_000_000);
  throw new Error('the disk is gone');
}

async function* piecesOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}

async function lengthsOf(pieces: AsyncIterable<Uint8Array>, own: bigint): Promise<number[]> {
  const lengths: number[] = [];
  for await (const chunk of chunksOf(pieces, own)) lengths.push(chunk.length);
  return lengths;
}

async function hashesOf(bytes: Uint8Array): Promise<string[]> {
  const hashes: string[] = [];
  for await (const chunk of chunksOf(piecesOf(bytes, 200_000), polynomial))
    hashes.push(createHash('sha256').update(chunk).digest('hex'));
  return hashes;
}
