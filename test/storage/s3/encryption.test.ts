import { randomBytes } from 'node:crypto';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { infosOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { kmsKey, type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { makeBucket } from './bucket.ts';

describe.runIf(requireProgram('radosgw', ['--version']))('S3 with encryption by the server', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  const small = randomBytes(1000);
  const large = randomBytes(33 * 2 ** 20);

  test('with a key of ours, which is needed for everything, large or small, versions too', async () => {
    const bucket = await makeBucket(server, { locks: true });
    const encryption = { kind: 'customer', key: randomBytes(32).toString('base64') } as const;
    const store = await bucket.open({ encryption, immutable: { mode: 'governance', for: 60_000 } });
    await store.put('a', small);
    await store.put('b', large);
    expect(await store.get('a')).toEqual(small);
    expect(large.equals(await store.get('b'))).toBe(true);
    expect(await store.get('a', { offset: 10, length: 5 })).toEqual(small.subarray(10, 15));
    expect((await infosOf(store, '')).map(({ size }) => size)).toEqual([small.length, large.length]);
    await store.put('a', randomBytes(1000));
    await store.versions?.restore('a');
    expect(await store.get('a')).toEqual(small);

    const keyless = await bucket.open();
    await expect(keyless.get('a')).rejects.toMatchObject({ hint: expect.stringContaining('encryption') });
    const other = { kind: 'customer', key: randomBytes(32).toString('base64') } as const;
    await expect((await bucket.open({ encryption: other })).get('a')).rejects.toMatchObject({ name: 'MusterError' });
  });

  test('a key of another length is refused before anything is asked', async () => {
    const bucket = await makeBucket(server);
    await expect(bucket.open({ encryption: { kind: 'customer', key: 'c2hvcnQ=' } })).rejects.toMatchObject({
      message: expect.stringContaining('32 bytes'),
      hint: expect.stringContaining('openssl rand'),
    });
  });

  test('with a key of the key management', async () => {
    const bucket = await makeBucket(server);
    const store = await bucket.open({ encryption: { kind: 'kms', key: kmsKey } });
    await store.put('a', small);
    expect(await store.get('a')).toEqual(small);
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: 'a' }));
    expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey });
  });
});
