import { randomBytes } from 'node:crypto';
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/base/error.ts';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { namesOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { makeBucket, type TestBucket } from './bucket.ts';

const immutable = { mode: 'compliance', for: 30 * 86_400_000 } as const;

describe.runIf(requireProgram('radosgw', ['--version']))('S3 against a thief of its credentials', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test('everything that was locked is read back after all of it was removed and replaced', async () => {
    const bucket = await makeBucket(server, { locks: true });
    const store = await bucket.open({ immutable });
    const contents = await fill(store);
    await attack(bucket, [...contents.keys()]);
    for (const name of contents.keys())
      expect(await store.get(name).then(String, codeOf)).not.toBe(String(contents.get(name)));

    const changed = [];
    for await (const one of store.versions?.changed('') ?? []) changed.push(one);
    expect(changed.map(({ name }) => name)).toEqual([...contents.keys()].toSorted());
    expect(new Set(changed.map(({ change }) => change))).toEqual(new Set(['removed', 'replaced']));
    for (const { name } of changed) await store.versions?.restore(name);

    for (const [name, content] of contents) expect([name, content.equals(await store.get(name))]).toEqual([name, true]);
    for await (const one of store.versions?.changed('') ?? []) expect.unreachable(one.name);
    for (const name of contents.keys()) expect(await store.locks?.lockedUntil(name)).toBeDefined();
  });

  test('a lock that nobody may lift protects; one that its owner may lift does not', async () => {
    const bucket = await makeBucket(server, { locks: true });
    const compliance = await tamperWith(await bucket.open({ immutable }));
    expect(compliance.attempts.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'remove hidden',
      'overwrite hidden',
      'shorten-lock refused',
      'lift-lock refused',
      'destroy refused',
      'back-date not-applicable',
    ]);
    expect(compliance.verdict).toBe('protected');
    const governance = await tamperWith(await bucket.open({ immutable: { ...immutable, mode: 'governance' } }));
    expect(governance.verdict).toBe('unprotected');
  });

  test('a bucket with versions alone hides and keeps, until somebody removes the versions', async () => {
    const bucket = await makeBucket(server);
    const versioning = { Bucket: bucket.name, VersioningConfiguration: { Status: 'Enabled' } } as const;
    await bucket.client.send(new PutBucketVersioningCommand(versioning));
    const store = await bucket.open();
    await store.put('data/00/a', Buffer.from('first'));
    await store.put('data/00/a', Buffer.from('other'));
    await store.remove('data/00/a');
    expect(await namesOf(store, '')).toEqual([]);
    await store.versions?.restore('data/00/a');
    expect(String(await store.get('data/00/a'))).toBe('first');
    expect((await tamperWith(store)).verdict).toBe('unprotected');
  });

  test('a bucket without versions has nothing to bring back', async () => {
    const store = await (await makeBucket(server)).open();
    await store.put('a', Buffer.from('first'));
    await store.put('a', Buffer.from('other'));
    for await (const one of store.versions?.changed('') ?? []) expect.unreachable(one.name);
    await store.versions?.restore('a');
    expect(String(await store.get('a'))).toBe('other');
    await expect(store.versions?.restore('b')).rejects.toMatchObject({ code: 'object-missing' });
    expect((await tamperWith(store)).verdict).toBe('unprotected');
  });
});

const demand = 'give money';

/** Half is removed, half is replaced, a third both; then all versions, their locks and the bucket itself are gone for. */
async function attack({ client, name: Bucket }: TestBucket, keys: readonly string[]): Promise<void> {
  for (const [number, Key] of keys.entries()) {
    if (number % 2 === 1) await client.send(new PutObjectCommand({ Bucket, Key, Body: demand }));
    if (number % 2 === 0 || number % 3 === 0) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const refused = { $fault: 'client' };
  for (const { Key, VersionId } of Versions.filter(({ Size }) => Size !== demand.length)) {
    const soon = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 1000) } as const;
    const version = { Bucket, Key, VersionId, BypassGovernanceRetention: true };
    for (const Retention of [soon, {}])
      await expect(client.send(new PutObjectRetentionCommand({ ...version, Retention }))).rejects.toMatchObject(
        refused,
      );
    await expect(client.send(new DeleteObjectCommand(version))).rejects.toMatchObject(refused);
  }
  const off = { Bucket, VersioningConfiguration: { Status: 'Suspended' } } as const;
  await expect(client.send(new PutBucketVersioningCommand(off))).rejects.toMatchObject(refused);
  await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject(refused);
}

/** A small vault; one of its packs comes in parts. */
async function fill(store: ObjectStore): Promise<ReadonlyMap<string, Buffer>> {
  const names = ['config', 'keys/a', 'index/b', 'snapshots/c', ...Array.from({ length: 8 }, (_, i) => `data/0${i}/p`)];
  const contents = new Map(names.map((name) => [name, randomBytes(5000)]));
  contents.set('data/ff/large', randomBytes(33 * 2 ** 20));
  for (const [name, content] of contents) await store.put(name, content);
  return contents;
}
