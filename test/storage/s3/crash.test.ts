import { hash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeObjectStore } from '../../conformance/object-store.ts';
import { infosOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { makeBucket, unfinishedIn } from './bucket.ts';

describe.runIf(requireProgram('radosgw', ['--version']))('S3 on disk', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw('bluestore')));
  afterAll(async () => server[Symbol.asyncDispose]());

  describeObjectStore('Ceph radosgw on disk', async () => {
    const bucket = await makeBucket(server);
    const store = await bucket.open();
    return { store, litter: () => unfinishedIn(bucket), discard: async () => store.close?.() };
  });

  test('what was stored is there after the server was killed, and nothing in part', async () => {
    const bucket = await makeBucket(server);
    const store = await bucket.open();
    const stored = new Map<string, string>();
    const putUntilDead = async (lane: number): Promise<void> => {
      for (let i = 0; ; i += 1) {
        const content = randomBytes(i % 4 === 0 ? 2 ** 20 : 2000);
        await store.put(`data/0${lane}/${i}`, content);
        stored.set(`data/0${lane}/${i}`, hash('sha256', content));
        if (lane === 0 && i === 12) void server.kill();
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: 6 }, (_, lane) => putUntilDead(lane)));
    for (const end of ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'storage-unreachable', retryable: true } });
    await server.start();

    for (const [name, digest] of stored) expect([name, hash('sha256', await store.get(name))]).toEqual([name, digest]);
    // Those that were under way are there whole, or not at all.
    for (const { name, size } of await infosOf(store, '')) {
      expect([2000, 2 ** 20]).toContain(size);
      expect(await store.get(name)).toHaveLength(size);
    }
  });
});
