import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { type Radosgw, startRadosgw } from '../servers/radosgw.ts';
import { Cloud } from './cloud.ts';

/* The server of a target is killed in the middle of a backup, as by a power failure, and comes back or does not. */

const programs = requireProgram('radosgw', ['--version']) && requireProgram('restic');

describe.runIf(programs)('a server that is killed in the middle of a backup', { timeout: 180_000 }, () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw('bluestore')), 120_000);
  afterAll(async () => server[Symbol.asyncDispose]());

  test('and is back after a while: the backup waits for it, and succeeds', async () => {
    // So slow that the middle is easy to meet.
    const cloud = await Cloud.create(server, { target: ['limit: { upload: 8MiB/s }'] });
    await cloud.succeed('backup', 'web');
    cloud.addFiles('one', 24_000_000);
    const backup = cloud.start('backup', 'web');
    await cloud.untilWritten();
    await server.kill();
    await backup.said('retry 1 in');
    await sleep(15_000);
    await server.start();
    expect(await backup.ended).toMatchObject({ exitCode: 0 });
    expect(await cloud.backups()).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    await cloud.expectRestored();
    await cloud.expectSound();
  });

  test('and stays away for longer than the plan waits: the backup fails, and the next one completes it', async () => {
    const cloud = await Cloud.create(server, {
      target: ['limit: { upload: 8MiB/s }', 'retry: { limit: 2, interval: 1s }'],
    });
    await cloud.succeed('backup', 'web');
    cloud.addFiles('one', 24_000_000);
    const backup = cloud.start('backup', 'web');
    await cloud.untilWritten();
    await server.kill();
    const failed = await backup.ended;
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout + failed.stderr).toMatch(/s3 muster-\S+ at 127.0.0.1:\d+: [^]*hint: Check that the server/);
    expect(await cloud.backups()).toHaveLength(1);
    expect((await cloud.muster('backup', 'web')).exitCode).toBe(1);
    await server.start();
    await cloud.succeed('backup', 'web');
    await cloud.expectRestored();
    await cloud.expectSound();
  });
});
