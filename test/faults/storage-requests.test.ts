import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Called } from '../e2e/muster.ts';
import { requireProgram } from '../require.ts';
import { type RequestFate, startCuttingProxy, startHttpProxy } from '../servers/faulty-proxy.ts';
import { type Radosgw, startRadosgw } from '../servers/radosgw.ts';
import { Cloud } from './cloud.ts';
import { run } from './shop.ts';

/*
 * What a server and a line do wrong, with the command line against a real S3 server: nothing is lost, nothing is
 * recorded that is not there, one message names the target and what to do, and the next run completes.
 */

const programs = requireProgram('radosgw', ['--version']) && requireProgram('restic');

describe.runIf(programs)('a target in a bucket', { timeout: 120_000 }, () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()), 120_000);
  afterAll(async () => server[Symbol.asyncDispose]());

  const portOf = (): number => Number(new URL(server.endpoint).port);

  test('a tenth of all answers are errors, or get lost, through backup, copy, prune and restore', async () => {
    const random = randomFrom(7);
    await using proxy = await startHttpProxy(portOf(), () => fateOf(random()));
    const cloud = await Cloud.create(server, {
      port: proxy.port,
      storage: ['disk: { type: local, path: ./disk }'],
      to: 'to: cloud, copies: [disk], replication: { batch: { every: 1h } }',
      keep: 1,
    });
    for (const name of ['one', 'two']) {
      cloud.addFiles(name, 5_000_000);
      await cloud.succeed('backup', 'web');
    }
    await cloud.succeed('copy');
    await cloud.succeed('prune', '--max-delete', '100%');
    expect(await cloud.backups()).toHaveLength(1);
    await cloud.expectRestored('--from', 'cloud');
    await cloud.succeed('verify', '--all-copies', '--level', 'thorough');
    expect(proxy.spoilt).toBeGreaterThan(10);
    await cloud.expectSound();
    expect(await locksIn(cloud)).toEqual([]);
  });

  test.for([
    { up: 100, down: 100 },
    { up: 50_000, down: 5_000 },
    { up: 3_000_000, down: 1_000_000 },
  ])('the first connections of each run are cut after some bytes: $up, $down', async (cut) => {
    let first = 0;
    await using proxy = await startCuttingProxy(portOf(), (count) => (count - first > 4 ? undefined : cut));
    const cloud = await Cloud.create(server, { port: proxy.port });
    cloud.addFiles('one', 5_000_000);
    await cloud.succeed('backup', 'web');
    const spoilt = proxy.spoilt;
    first = proxy.seen;
    await cloud.expectRestored();
    expect([spoilt > 0, proxy.spoilt > spoilt]).toEqual([true, true]);
    await cloud.expectSound();
  });

  test('a backup fails at once where another try would not help, and the next one works', async () => {
    let answer: RequestFate = 'pass';
    await using proxy = await startHttpProxy(portOf(), () => answer);
    const cloud = await Cloud.create(server, { port: proxy.port });
    cloud.addFiles('one', 1_000_000);
    await cloud.succeed('backup', 'web');
    cloud.addFiles('two', 1_000_000);
    for (const { env, within = [], says, ...failure } of failures) {
      const seen = proxy.seen;
      answer = failure.answer ?? 'pass';
      const called = await run(['backup', 'web'], { cwd: cloud.cwd, env: { ...cloud.env, ...env }, within });
      answer = 'pass';
      expectOneMessage(called, says);
      expect(proxy.seen - seen).toBeLessThan(5);
    }
    expect(await cloud.backups()).toHaveLength(1);
    await cloud.succeed('backup', 'web');
    await cloud.expectRestored();
    await cloud.expectSound();
  });

  test('a quota that is used up in the middle of a backup, and raised', async () => {
    const cloud = await Cloud.create(server);
    await cloud.succeed('backup', 'web');
    cloud.addFiles('one', 24_000_000);
    const quota = (...words: readonly string[]) =>
      server.admin('quota', ...words, '--quota-scope=bucket', '--uid=main');
    await quota('set', '--max-size=12M');
    await quota('enable');
    const failed = await cloud.muster('backup', 'web');
    expectOneMessage(failed, /hint: Raise the quota/);
    expect(await cloud.backups()).toHaveLength(1);
    await cloud.succeed('verify');
    await quota('disable');
    await cloud.succeed('backup', 'web');
    await cloud.expectRestored();
    await cloud.expectSound();
  });

  test('a bucket that is not there', async () => {
    const cloud = await Cloud.create(server);
    await cloud.bucket.client.send(new DeleteBucketCommand({ Bucket: cloud.bucket.name }));
    const failed = await cloud.muster('backup', 'web');
    expectOneMessage(failed, /hint: Check `bucket`/);
    await cloud.bucket.client.send(new CreateBucketCommand({ Bucket: cloud.bucket.name }));
    await cloud.succeed('backup', 'web');
    expect(await cloud.backups()).toHaveLength(1);
    await cloud.expectRestored();
  });
});

interface Failure {
  readonly env?: Readonly<Record<string, string>>;
  readonly within?: readonly string[];
  /** What the server answers to everything. */
  readonly answer?: RequestFate;
  readonly says: RegExp;
}

const failures: readonly Failure[] = [
  {
    env: { S3_KEY: 'wrongsecretkey0000000000000000000000001' },
    says: /SignatureDoesNotMatch[^]*hint: .*access key and the secret/,
  },
  { env: { S3_ID: 'nobody' }, says: /InvalidAccessKeyId[^]*hint: .*access key/ },
  {
    answer: { kind: 'refuse', status: 400, body: '<Error><Code>ExpiredToken</Code></Error>' },
    says: /ExpiredToken[^]*hint: Get new credentials/,
  },
  { within: ['faketime', '-f', '+2h'], says: /hint: Set the clock of this machine/ },
  { answer: { kind: 'refuse', status: 403 }, says: /HTTP 403[^]*hint: Check the access key/ },
];

/** It names the target, and says once what to do. */
function expectOneMessage({ exitCode, stdout, stderr }: Called, says: RegExp): void {
  expect(exitCode).toBe(1);
  const said = stdout + stderr;
  expect(said).toMatch(says);
  expect(said).toContain('s3 muster-');
  expect(said.match(/hint: /g)).toHaveLength(1);
  expect(stderr.match(/s3 muster-/g)).toHaveLength(1);
}

/** A tenth is spoilt, half of that after the server did what it was asked for. */
function fateOf(chance: number): RequestFate {
  if (chance < 0.025) return { kind: 'refuse', status: 500 };
  if (chance < 0.05) return { kind: 'refuse', status: 503 };
  if (chance < 0.075) return { kind: 'lie', status: 500 };
  return chance < 0.1 ? 'drop' : 'pass';
}

/** The same numbers from 0 to 1 each time (Lehmer). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

async function locksIn(cloud: Cloud): Promise<readonly string[]> {
  return (await cloud.restic(['list', 'locks'])).split('\n').filter(Boolean);
}
