import { hash, randomBytes } from 'node:crypto';
import { PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { describeObjectStore } from '../../conformance/object-store.ts';
import { namesOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { historyIn, makeBucket, type TestBucket, unfinishedIn } from './bucket.ts';

const day = 86_400_000;
const immutable = { mode: 'compliance', for: 30 * day } as const;
const bytes = Buffer.from('0123456789');

describe.runIf(requireProgram('radosgw', ['--version']))('S3 with Object Lock', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  let bucket: TestBucket;
  let store: ObjectStore;
  beforeEach(async () => {
    bucket = await makeBucket(server, { locks: true });
    store = await bucket.open({ immutable });
    await store.prepare?.([]);
  });

  describeObjectStore('Ceph radosgw, immutable', async () => {
    const locking = await makeBucket(server, { locks: true });
    const immutable = { mode: 'governance', for: 5 * 60_000 } as const;
    const store = await locking.open({ immutable });
    return { store, litter: () => unfinishedIn(locking), discard: async () => store.close?.() };
  });

  test('an object that came in parts is locked too, although the server leaves that out', async () => {
    const writer = await store.writer();
    const digest = [];
    for (let i = 0; i < 40; i += 1) {
      const piece = randomBytes(2 ** 20);
      digest.push(piece);
      await writer.write(piece);
    }
    const before = Date.now();
    await writer.commit('data/00/large');
    expect(await store.locks?.lockedUntil('data/00/large')).toBeGreaterThanOrEqual(before + immutable.for);
    expect(hash('sha256', await store.get('data/00/large'))).toBe(hash('sha256', Buffer.concat(digest)));
    expect(await unfinishedIn(bucket)).toEqual([]);
  });

  test('removing what is locked names the date, and leaves no mark of a removal', async () => {
    await store.put('data/00/a', bytes);
    const until = (await store.locks?.lockedUntil('data/00/a')) ?? 0;
    const plain = await bucket.open();
    for (const one of [store, plain])
      await expect(one.remove('data/00/a')).rejects.toMatchObject({
        code: 'object-locked',
        message: expect.stringContaining(new Date(until).toISOString()),
        retryable: false,
      });
    expect(await historyIn(bucket, 'data/00/a')).toEqual(['version']);
  });

  test('a legal hold has no end', async () => {
    const plain = await bucket.open();
    await plain.put('held', bytes);
    const hold = { Bucket: bucket.name, Key: 'held', LegalHold: { Status: 'ON' } } as const;
    await bucket.client.send(new PutObjectLegalHoldCommand(hold));
    await expect(store.remove('held')).rejects.toMatchObject({ message: expect.stringContaining('legal hold') });
    expect(await store.locks?.lockedUntil('held')).toBe(Infinity);
  });

  test('the marks of who is at work are not locked, and nothing stays of them', async () => {
    await store.put('locks/a', bytes);
    await store.put('locks/a', bytes);
    expect(await store.locks?.lockedUntil('locks/a')).toBeUndefined();
    await store.remove('locks/a');
    await store.remove('locks/a');
    expect(await historyIn(bucket, 'locks/a')).toEqual([]);
  });

  test('of many that put a new object at once one wins, in a bucket with versions too', async () => {
    const won = await Promise.all(Array.from({ length: 12 }, (_, i) => store.putNew('config', Buffer.from([i]))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await store.get('config'))[0]).toBe(won.indexOf(true));
    expect(await historyIn(bucket, 'config')).toEqual(['version']);
    expect(await store.locks?.lockedUntil('config')).toBeDefined();
  });

  test('a bucket without Object Lock is refused before anything is written', async () => {
    const plain = await makeBucket(server);
    const wishful = await plain.open({ immutable });
    const refused = { code: 'storage-refused', hint: expect.stringContaining('Object Lock'), retryable: false };
    await expect(wishful.prepare?.([])).rejects.toMatchObject(refused);
    await expect(wishful.put('a', bytes)).rejects.toMatchObject({ code: 'storage-refused', hint: expect.any(String) });
    expect(await namesOf(wishful, '')).toEqual([]);
  });

  test('when the locks have ended, 40 days later, everything can be removed and nothing stays', async () => {
    await store.put('data/00/a', bytes);
    await store.put('data/00/b', bytes);
    await store.put('data/00/b', bytes);
    await store.locks?.extend('data/00/b', Date.now() + 60 * day);
    await server.setClock('+40d');
    const later = await bucket.open({ immutable, now: () => Date.now() + 40 * day });
    expect(await later.locks?.lockedUntil('data/00/a')).toBeUndefined();
    await later.remove('data/00/a');
    expect(await historyIn({ ...bucket, client: bucket.clientAt(40 * day) }, 'data/00/a')).toEqual([]);
    await expect(later.remove('data/00/b')).rejects.toMatchObject({ code: 'object-locked' });
    await expect(store.get('data/00/b')).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining('RequestTimeTooSkewed'),
      hint: expect.stringContaining('clock'),
    });
    await server.setClock('+0d');
  });
});
