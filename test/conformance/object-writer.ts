import { createHash, hash, randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/storage/store.ts';
import { namesOf } from './listing.ts';
import type { StoreUnderTest } from './object-store.ts';

const mebibyte = 2 ** 20;

/** What every object store's writer must do. */
export function describeWriter(subjectOf: () => StoreUnderTest): void {
  const bytes = Buffer.from('0123456789');
  let subject: StoreUnderTest;
  let store: ObjectStore;
  beforeEach(() => {
    subject = subjectOf();
    store = subject.store;
  });

  test('pieces become one object, which is there only after commit', async () => {
    const writer = await store.writer();
    await writer.write(Buffer.from('ab'));
    await writer.write(Buffer.alloc(0));
    await writer.write(Buffer.from('cd'));
    expect(await store.size('data/00/z')).toBeUndefined();
    await writer.commit('data/00/z');
    expect(String(await store.get('data/00/z'))).toBe('abcd');
    expect(await subject.litter()).toEqual([]);
  });

  test('a piece may be reused once it is written', async () => {
    const writer = await store.writer();
    const piece = Buffer.from('one');
    await writer.write(piece);
    piece.write('two');
    await writer.write(piece);
    await writer.commit('a');
    expect(String(await store.get('a'))).toBe('onetwo');
  });

  test('without pieces makes an empty object', async () => {
    await (await store.writer()).commit('a');
    expect(await store.size('a')).toBe(0);
  });

  test('abort leaves nothing behind', async () => {
    const writer = await store.writer();
    await writer.write(randomBytes(100_000));
    await writer.abort();
    expect(await namesOf(store, '')).toEqual([]);
    expect(await subject.litter()).toEqual([]);
  });

  test('abort twice, or after a commit, does no harm', async () => {
    const writer = await store.writer();
    await writer.write(bytes);
    await writer.commit('a');
    await writer.abort();
    await writer.abort();
    expect(await store.get('a')).toEqual(bytes);
  });

  test('commit under a bad name refuses, and abort still tidies', async () => {
    const writer = await store.writer();
    await expect(writer.commit('../a')).rejects.toMatchObject({ code: 'bad-object-name' });
    await writer.abort();
    expect(await subject.litter()).toEqual([]);
  });

  test('several at once do not mix', async () => {
    const writers = await Promise.all(Array.from({ length: 8 }, () => store.writer()));
    for (let round = 0; round < 5; round += 1)
      await Promise.all(writers.map((writer, i) => writer.write(Buffer.alloc(1000, i))));
    await Promise.all(writers.map((writer, i) => writer.commit(`w/${i}`)));
    for (let i = 0; i < 8; i += 1) expect(await store.get(`w/${i}`)).toEqual(Buffer.alloc(5000, i));
  });

  test('64 MiB pass through in pieces', async () => {
    const writer = await store.writer();
    const digest = createHash('sha256');
    for (let i = 0; i < 64; i += 1) {
      const piece = Buffer.alloc(mebibyte, hash('sha256', String(i)));
      digest.update(piece);
      await writer.write(piece);
    }
    await writer.commit('data/ff/big');
    expect(await store.size('data/ff/big')).toBe(64 * mebibyte);
    expect(hash('sha256', await store.get('data/ff/big'))).toBe(digest.digest('hex'));
  });
}
