import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { fakeClock, startRadosgw, type Radosgw } from '../servers/radosgw.ts';
import { makeBucket, type TestBucket } from '../storage/s3/bucket.ts';
import { folderWith, muster, musterJson } from './muster.ts';

const day = 86_400_000;

interface Call {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Pruned {
  readonly bytesFreed: number;
  readonly locked: readonly { readonly storage: string; readonly backups: number; readonly until: string | null }[];
}

describe.runIf(requireProgram('radosgw', ['--version']))('a copy that nobody can destroy', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()), 120_000);
  afterAll(async () => server[Symbol.asyncDispose]());

  async function shop() {
    const bucket = await makeBucket(server, { locks: true });
    const { accessKeyId, secretAccessKey } = server.users.main;
    const plan = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  disk: { type: local, path: ./disk }
  cloud:
    type: s3
    bucket: ${bucket.name}
    endpoint: ${server.endpoint}
    immutable: { mode: compliance, for: 30d }
    credentials: { accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } }
    retry: { limit: 0 }
retention: { few: { keep: { last: 1 } } }
systems:
  web: { storage: { to: disk, copies: [cloud] }, retention: few, source: { type: files, paths: [./web] } }
`;
    const files = { 'muster.yaml': plan, 'web/index.html': '<h1>shop</h1>' };
    const cwd = await folderWith(files);
    await writeFile(join(cwd, 'web/large'), randomBytes(300_000));
    return { bucket, call: { cwd, env: { S3_ID: accessKeyId, S3_KEY: secretAccessKey } } };
  }

  test(
    'is locked for as long as the plan says, and what newer backups need for longer',
    { timeout: 120_000 },
    async () => {
      const { bucket, call } = await shop();
      await done(['backup', 'web'], call);
      const first = await locksIn(bucket);
      expect(first.size).toBeGreaterThanOrEqual(6);
      for (const [name, until] of first) expect([name, until > Date.now() + 30 * day]).toEqual([name, true]);
      // As if the first one were a week old: the second needs the same objects, and they must stay for longer.
      await writeFile(join(call.cwd, 'web/new'), 'new');
      const later = { ...call, env: { ...call.env, ...fakeClock('+7d') } };
      await server.setClock('+7d');
      await done(['backup', 'web'], later);
      const second = await locksIn({ ...bucket, client: bucket.clientAt(7 * day) });
      const needed: string[] = [];
      for (const name of first.keys()) {
        if ((second.get(name) ?? 0) > Date.now() + 37 * day) needed.push(name);
      }
      // All but the snapshot itself, and what holds nothing but folders that have changed.
      const kinds = needed.map((name) => name.split('/')[0]);
      expect(kinds).toEqual(expect.arrayContaining(['config', 'data', 'index', 'keys']));
      expect(kinds).not.toContain('snapshots');
      await done(['verify', '--all-copies', '--level', 'thorough'], later);
      await server.setClock('+0d');
    },
  );

  test(
    'comes back byte for byte after everything was removed, replaced and planted with its own credentials',
    { timeout: 240_000 },
    async () => {
      const { bucket, call } = await shop();
      const versions = await backups(call, 3);
      const names = [...(await locksIn(bucket)).keys()].filter((name) => !name.startsWith('muster/'));
      await attack(bucket, names);
      await rm(join(call.cwd, 'disk'), { recursive: true });

      const status = await muster(['status', '--check'], call);
      expect(status).toMatchObject({ exitCode: 4 });
      expect(status.stdout).toMatch(/cloud: ATTACKED: somebody has removed \d+ and replaced \d+ objects/);
      const verified = await muster(['verify', '--storage', 'cloud'], call);
      expect(verified.exitCode).toBe(1);
      expect(verified.stdout + verified.stderr).toMatch(/somebody has removed \d+ and replaced \d+ objects/);
      const refused = await muster(['backup', 'web'], call);
      expect(refused.stdout + refused.stderr).toMatch(/somebody has (?:removed|replaced)/);
      const dry = await muster(['repair', 'cloud', '--dry-run'], call);
      expect(dry.exitCode).toBe(3);
      expect(dry.stdout).toMatch(/removed: config|replaced: config/);

      const repaired = await muster(['repair', 'cloud'], call);
      // Partly, for nobody can know that the snapshots which can't be read were planted.
      expect(repaired.exitCode).toBe(3);
      expect(repaired.stdout).toMatch(/objects? removed and \d+ replaced by somebody, .*, and 2 key slots planted/);
      for (const [id, content] of versions) {
        const target = join(call.cwd, id);
        await done(['restore', id, '--from', 'cloud', '--to', target], call);
        expect((await readFile(join(target, call.cwd, 'web/large'))).equals(content)).toBe(true);
      }
      // What was backed up during the attack could not be copied then.
      await done(['copy'], call);
      await done(['verify', '--storage', 'cloud', '--level', 'thorough'], call);
      const sound = await muster(['status'], call);
      expect(sound.stdout).not.toContain('ATTACKED');
      await done(['repair', 'cloud', '--dry-run'], call);
    },
  );

  test('is freed when its locks have ended, and not before', { timeout: 240_000 }, async () => {
    const { bucket, call } = await shop();
    await backups(call, 3);
    const early = await musterJson<Pruned>(['prune', '--override-guard', '--reason', 'test', '--yes'], call);
    expect(early).toMatchObject({ locked: [{ storage: 'cloud', backups: 2 }] });
    expect(Date.parse(early.locked[0]?.until ?? '')).toBeGreaterThan(Date.now() + 30 * day);
    const before = await locksIn(bucket);
    await server.setClock('+40d');
    const later = { ...call, env: { ...call.env, ...fakeClock('+40d') } };
    const pruned = await musterJson<Pruned>(['prune', '--override-guard', '--reason', 'test', '--yes'], later);
    expect(pruned.bytesFreed).toBeGreaterThan(500_000);
    const after = await locksIn({ ...bucket, client: bucket.clientAt(40 * day) });
    expect([...after.keys()].filter((name) => name.startsWith('snapshots/'))).toHaveLength(1);
    expect(before.size).toBeGreaterThan(after.size);
    await done(['verify', '--storage', 'cloud', '--level', 'thorough'], later);
    await server.setClock('+0d');
  });

  test('says what a tamper test found, and how long ago', { timeout: 120_000 }, async () => {
    const { call } = await shop();
    await done(['storage', 'check', 'cloud', '--tamper'], call);
    expect((await muster(['status'], call)).stdout).toMatch(
      /tamper test of cloud: protected, \d+s? ago|tamper test of cloud: protected/,
    );
  });
});

/** So many backups of content that is new each time; the content by the id of the backup. */
async function backups(call: Call, count: number): Promise<ReadonlyMap<string, Buffer>> {
  const made = new Map<string, Buffer>();
  for (let number = 0; number < count; number += 1) {
    const content = randomBytes(300_000);
    await writeFile(join(call.cwd, 'web/large'), content);
    await musterJson<object>(['backup', 'web'], call);
    const { backups: lines } = await musterJson<{ backups: readonly { id: string }[] }>(['backups'], call);
    made.set(lines[0]?.id ?? '', content);
  }
  return made;
}

const planted = (kind: string): string => `${kind}/${randomBytes(32).toString('hex')}`;

/** Everything is removed, replaced by as much garbage, or both; and what was never there is planted. */
async function attack({ client, name: Bucket }: TestBucket, keys: readonly string[]): Promise<void> {
  for (const [number, Key] of keys.entries()) {
    const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    if (number % 3 > 0) await client.send(new PutObjectCommand({ Bucket, Key, Body: randomBytes(ContentLength) }));
    if (number % 3 < 2) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  for (const Key of [
    planted('index'),
    planted('snapshots'),
    planted('keys'),
    `data/00/00${randomBytes(31).toString('hex')}`,
  ])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: randomBytes(400) }));
  const snapshot = keys.find((key) => key.startsWith('snapshots/')) ?? '';
  const { VersionId } = await firstVersion({ client, name: Bucket }, snapshot);
  const CopySource = `${Bucket}/${snapshot}?versionId=${VersionId}`;
  await client.send(new CopyObjectCommand({ Bucket, Key: planted('snapshots'), CopySource }));
  const slot = {
    created: '2001-01-01T00:00:00Z',
    username: 'root',
    hostname: 'x',
    kdf: 'scrypt',
    N: 32768,
    r: 8,
    p: 6,
    salt: 'AAAA',
    data: 'AAAA',
  };
  await client.send(new PutObjectCommand({ Bucket, Key: planted('keys'), Body: JSON.stringify(slot) }));
}

async function firstVersion({ client, name: Bucket }: Pick<TestBucket, 'client' | 'name'>, Prefix: string) {
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  return Versions.at(-1) ?? {};
}

/** Runs what must succeed. */
async function done(words: readonly string[], call: Call): Promise<string> {
  const { exitCode, stdout, stderr } = await muster(words, call);
  expect([exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  return stdout;
}

async function locksIn({
  client,
  name: Bucket,
}: Pick<TestBucket, 'client' | 'name'>): Promise<ReadonlyMap<string, number>> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const ends = new Map<string, number>();
  for (const { Key = '' } of Contents) {
    if (Key.startsWith('locks/')) continue;
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket, Key }));
    ends.set(Key, Retention?.RetainUntilDate?.getTime() ?? 0);
  }
  return ends;
}
