import { randomInt } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { type Radosgw, startRadosgw } from '../servers/radosgw.ts';
import { Cloud } from './cloud.ts';
import { addNoise, run } from './shop.ts';

/* Several processes at one repository in a bucket of a real S3 server, and processes that are killed at it. */

const kills = 15;
const programs = requireProgram('radosgw', ['--version']) && requireProgram('restic');

describe.runIf(programs)('a repository in a bucket', { timeout: 300_000 }, () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()), 120_000);
  afterAll(async () => server[Symbol.asyncDispose]());

  test('serves two that back up, restic, and one that verifies at the same time', async () => {
    const cloud = await Cloud.create(server);
    await cloud.succeed('backup', 'web');
    cloud.addFiles('same', 6_000_000);
    // Another machine with the same plan: its own state, and files that are partly the same.
    const other = join(cloud.cwd, 'other');
    for (const name of ['muster.yaml', 'web']) cpSync(join(cloud.cwd, name), join(other, name), { recursive: true });
    addNoise(cloud.cwd, 'own', 3_000_000);
    addNoise(other, 'other', 3_000_000);
    const [first, second, verified] = await Promise.all([
      cloud.muster('backup', 'web'),
      run(['backup', 'web'], { cwd: other, env: cloud.env }),
      cloud.muster('verify', '--level', 'thorough'),
      cloud.restic(['backup', join(cloud.cwd, 'web')]),
    ]);
    expect([first, second, verified]).toMatchObject(Array.from({ length: 3 }, () => ({ exitCode: 0 })));
    await cloud.expectRestored();
    await cloud.expectSound();
    expect((await cloud.restic(['list', 'snapshots'])).trim().split('\n')).toHaveLength(4);
  });

  test('two that copy at once make each copy once', async () => {
    const cloud = await Cloud.create(server, {
      twin: true,
      to: 'to: cloud, copies: [twin], replication: { batch: { every: 1h } }',
    });
    for (const name of ['one', 'two', 'three']) {
      cloud.addFiles(name, 1_000_000);
      await cloud.succeed('backup', 'web');
    }
    const both = await Promise.all([cloud.muster('copy'), cloud.muster('copy')]);
    for (const { exitCode } of both) expect([0, 3]).toContain(exitCode);
    await cloud.succeed('copy');
    expect((await cloud.restic(['list', 'snapshots'], 'twin')).trim().split('\n')).toHaveLength(3);
    for (const { storage } of await cloud.backups())
      expect(storage.map(({ status }) => status)).toEqual(['stored', 'stored']);
    await cloud.expectRestored('--from', 'twin');
    await cloud.expectSound('twin');
  });

  test(`stays whole when backup, copy and prune are killed, ${kills} times`, async () => {
    const cloud = await Cloud.create(server, {
      twin: true,
      to: 'to: cloud, copies: [twin], replication: { batch: { every: 1h } }',
      keep: 2,
    });
    await cloud.succeed('backup', 'web');
    const commands = [['backup', 'web'], ['copy'], ['prune', '--max-delete', '100%', '--yes']];
    let killed = 0;
    for (let at = 0; at < kills; at += 1) {
      addNoise(cloud.cwd, `new ${at % 4}`, 2_000_000);
      const started = cloud.start(...(commands[at % commands.length] ?? []));
      // A run takes that long when the machine has nothing else to do; the first half second is start-up.
      const timer = sleep(400 + randomInt(1200)).then(() => started.kill('SIGKILL'));
      const { signal } = await started.ended;
      await timer;
      if (signal === 'SIGKILL') killed += 1;
      else await cloud.succeed('backup', 'web');
    }
    expect(killed).toBeGreaterThan(kills / 3);
    await cloud.succeed('backup', 'web');
    await cloud.succeed('copy');
    await cloud.succeed('prune', '--max-delete', '100%');
    for (const target of ['vault', 'twin']) await cloud.expectSound(target);
    await cloud.succeed('verify', '--all-copies', '--level', 'thorough');
    for (const target of ['cloud', 'twin']) await cloud.expectRestored('--from', target);
    const { runs } = await cloud.json<{ runs: readonly { status: string }[] }>('runs', '--limit', '200');
    expect(runs.filter(({ status }) => status === 'running')).toEqual([]);
  });
});
