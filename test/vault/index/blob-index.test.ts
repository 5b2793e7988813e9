import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PackedBlob } from '../../../src/vault/format/pack-header.ts';
import { BlobIndex } from '../../../src/vault/index/blob-index.ts';

function idOf(n: number): string {
  return hash('sha256', String(n));
}

function blobAt(n: number, offset: number): PackedBlob {
  const type = n % 3 === 0 ? 'tree' : 'data';
  return { type, id: idOf(n), offset, length: 100, uncompressedLength: n % 2 === 0 ? n + 1 : undefined };
}

describe('the index in memory', () => {
  test('finds each of 30,000 blobs in its place, and no other', () => {
    const index = new BlobIndex();
    for (let pack = 0; pack < 30; pack += 1)
      index.add({
        id: idOf(-pack - 1),
        blobs: Array.from({ length: 1000 }, (_, i) => blobAt(pack * 1000 + i, i * 100)),
      });
    for (let n = 0; n < 30_000; n += 1) {
      const blob = blobAt(n, (n % 1000) * 100);
      const pack = idOf(-Math.floor(n / 1000) - 1);
      expect([...index.locations(blob.type, blob.id)]).toEqual([{ ...blob, pack }]);
      expect(index.has(blob.type === 'tree' ? 'data' : 'tree', blob.id)).toBe(false);
    }
    for (let n = 30_000; n < 40_000; n += 1) expect(index.has('data', idOf(n))).toBe(false);
    expect([...index.packs()].map((pack) => pack.blobs.length)).toEqual(Array.from({ length: 30 }, () => 1000));
  });

  test('knows every place of a blob that lies in two packs', () => {
    const index = new BlobIndex();
    index.add({ id: idOf(-1), blobs: [blobAt(1, 0)] });
    index.add({ id: idOf(-2), blobs: [blobAt(2, 0), blobAt(1, 100)] });
    expect([...index.locations('data', idOf(1))].map(({ pack, offset }) => [pack, offset])).toEqual([
      [idOf(-1), 0],
      [idOf(-2), 100],
    ]);
  });

  test('a pack that two index files list is known once, with all that either lists', () => {
    const index = new BlobIndex();
    index.add({ id: idOf(-1), blobs: [blobAt(1, 0), blobAt(2, 100)] });
    index.add({ id: idOf(-1), blobs: [blobAt(3, 200), blobAt(2, 100)] });
    expect([...index.packs()]).toEqual([
      { id: idOf(-1), blobs: [1, 2, 3].map((n, i) => ({ ...blobAt(n, i * 100), pack: idOf(-1) })) },
    ]);
    expect([...index.locations('data', idOf(2))]).toHaveLength(1);
  });

  test('offsets and lengths may use all 32 bits', () => {
    const index = new BlobIndex();
    const blob = {
      type: 'tree',
      id: 'ff'.repeat(32),
      offset: 2 ** 32 - 1,
      length: 2 ** 32 - 1,
      uncompressedLength: 2 ** 32 - 1,
    } as const;
    index.add({ id: idOf(-1), blobs: [blob] });
    expect([...index.locations('tree', blob.id)]).toEqual([{ ...blob, pack: idOf(-1) }]);
  });

  test('what is not known has no blobs', () => {
    expect(new BlobIndex().blobsOf(idOf(1))).toEqual([]);
    expect([...new BlobIndex().packs()]).toEqual([]);
  });
});
