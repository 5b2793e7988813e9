import { readFileSync } from 'node:fs';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import { infosOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { historyIn, makeBucket, type TestBucket } from './bucket.ts';

const bytes = Buffer.from('0123456789');

describe.runIf(requireProgram('radosgw', ['--version']))('S3 with no more than the rights of the manual', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test('a user of its own can do all that a vault needs, and can lift no lock', async () => {
    const bucket = await makeBucket(server, { locks: true });
    await grant(bucket, 'other');
    const store = await bucket.open({
      credentials: server.users.other,
      immutable: { mode: 'governance', for: 600_000 },
    });
    await store.prepare?.([]);
    expect(await store.putNew('config', bytes)).toBe(true);
    expect(await store.putNew('config', bytes)).toBe(false);
    await store.put('data/00/large', Buffer.alloc(33 * 2 ** 20));
    await store.put('locks/a', bytes);
    await store.remove('locks/a');
    expect(await historyIn(bucket, 'locks/a')).toEqual([]);
    expect((await infosOf(store, '')).map(({ name }) => name).toSorted()).toEqual(['config', 'data/00/large']);
    const until = (await store.locks?.lockedUntil('config')) ?? 0;
    await store.locks?.extend('config', until + 60_000);
    await expect(store.remove('config')).rejects.toMatchObject({ code: 'object-locked' });
    await store.put('config', Buffer.from('other'));
    await store.versions?.restore('config');
    expect(await store.get('config')).toEqual(bytes);
    expect((await tamperWith(store)).verdict).toBe('protected');
  });
});

/** The policy of docs/storage/s3.md, for this bucket and this user. */
async function grant({ client, name }: TestBucket, user: string): Promise<void> {
  const page = readFileSync('docs/storage/s3.md', 'utf8');
  const [, text = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
  const policy = JSON.parse(text.replaceAll('acme-backups', name)) as { readonly Statement: readonly object[] };
  const Principal = { AWS: [`arn:aws:iam:::user/${user}`] };
  const granted = { ...policy, Statement: policy.Statement.map((statement) => ({ ...statement, Principal })) };
  await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify(granted) }));
}
