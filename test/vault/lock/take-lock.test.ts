import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../../src/base/error.ts';
import type { LockHolder } from '../../../src/vault/lock/lock-file.ts';
import { encodeLock, holderHere } from '../../../src/vault/lock/lock-file.ts';
import type { Repository } from '../../../src/vault/repository.ts';
import { beforeChange } from '../../faults/steps.ts';
import { requireProgram } from '../../require.ts';
import type { Place } from '../fixture.ts';
import { newPlace, passphrase, saveSnapshot } from '../fixture.ts';
import { ManualClock } from './manual-clock.ts';

const minute = 60_000;
const locked = { code: 'vault-locked', retryable: true, hint: expect.any(String) };

let place: Place;
let repository: Repository;
beforeEach(async () => {
  place = newPlace();
  repository = await place.create();
});
afterEach(() => place[Symbol.dispose]());

function lockNames(): string[] {
  return readdirSync(join(place.path, 'locks')).filter((name) => /^[0-9a-f]{64}$/.test(name));
}

describe('locks', () => {
  test('shared ones go together', async () => {
    const locks = [await repository.lock('shared'), await (await place.open()).lock('shared')];
    expect(lockNames()).toHaveLength(2);
    for (const lock of locks) await lock.release();
    expect(lockNames()).toEqual([]);
  });

  test.each([
    ['shared', 'exclusive'],
    ['exclusive', 'shared'],
    ['exclusive', 'exclusive'],
  ] as const)('%s refuses %s, names the holder, and lets it in after release', async (first, second) => {
    const lock = await repository.lock(first);
    const other = await place.open();
    await expect(other.lock(second)).rejects.toMatchObject({
      ...locked,
      message: expect.stringMatching(new RegExp(`process ${process.pid} of \\w+ on .+`)),
    });
    expect(lockNames()).toHaveLength(1);
    await lock.release();
    await (await other.lock(second)).release();
  });

  test('one that could not be removed at its release keeps nobody of this process out', async () => {
    let refuses = true;
    const store = beforeChange(place.store, (change) => {
      if (refuses && change.startsWith('remove locks/')) throw new MusterError('EIO', { code: 'storage-failed' });
    });
    const lock = await (await place.open({ store })).lock('exclusive');
    await expect(lock.release()).rejects.toMatchObject({ code: 'storage-failed' });
    expect(lockNames()).toHaveLength(1);
    refuses = false;
    await (await repository.lock('exclusive')).release();
    expect(lockNames()).toEqual([]);
  });

  test('of many exclusive ones at once at most one is given', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => place.open()));
    const results = await Promise.allSettled(others.map((other) => other.lock('exclusive')));
    const given = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(given.length).toBeLessThanOrEqual(1);
    for (const reason of reasons) expect(reason).toMatchObject(locked);
    expect(lockNames()).toHaveLength(given.length);
    for (const lock of given) await lock.release();
  });

  test('released twice does no harm', async () => {
    const lock = await repository.lock('exclusive');
    await lock.release();
    await lock.release();
    expect(lock.lost.aborted).toBe(false);
  });

  test('the lock of a killed process on this host is removed, the next run goes on', async () => {
    const script = `
      import { openLocalStore } from ${JSON.stringify(join(import.meta.dirname, '../../../src/storage/local.ts'))};
      import { openRepository } from ${JSON.stringify(join(import.meta.dirname, '../../../src/vault/open.ts'))};
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/base/clock.ts'))};
      const store = openLocalStore({ folder: ${JSON.stringify(place.path)} });
      const repository = await openRepository({ store, passphrase: ${JSON.stringify(passphrase)}, clock: systemClock });
      await repository.lock('exclusive');
      process.stdout.write('locked');`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    await once(child.stdout, 'data');
    await expect(repository.lock('shared')).rejects.toMatchObject(locked);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await repository.lock('exclusive');
    expect(lockNames()).toHaveLength(1);
    await lock.release();
  });

  test('one that cannot be read forbids, until it is old', async () => {
    const path = join(place.path, 'locks', 'ab'.repeat(32));
    writeFileSync(path, '');
    await expect(repository.lock('shared')).rejects.toMatchObject({
      ...locked,
      message: expect.stringContaining('cannot be read'),
    });
    utimesSync(path, new Date(), new Date(Date.now() - 31 * minute));
    await (await repository.lock('shared')).release();
    expect(lockNames()).toEqual([]);
  });

  test('restic\u2019s temporary files among the locks are no locks', async () => {
    writeFileSync(join(place.path, 'locks', `${'ab'.repeat(32)}-tmp-12345`), '');
    const lock = await repository.lock('exclusive');
    expect(lock.lost.aborted).toBe(false);
    await lock.release();
  });

  test('another host\u2019s forbids for 30 minutes', async () => {
    const holder: LockHolder = { ...holderHere(), hostname: 'elsewhere', process: undefined };
    const id = await repository.saveJson(
      'locks',
      encodeLock({ time: Date.now() - 40 * minute, exclusive: true, holder }),
    );
    await expect(repository.lock('shared')).rejects.toMatchObject({
      ...locked,
      message: expect.stringContaining('elsewhere'),
    });
    const old = new Date(Date.now() - 40 * minute);
    utimesSync(join(place.path, 'locks', id), old, old);
    await (await repository.lock('shared')).release();
  });
});

describe('a lock that is held', () => {
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    repository = await place.open({ clock });
  });

  test('is renewed every five minutes, and never missing meanwhile', async () => {
    const lock = await repository.lock('exclusive');
    const [first] = lockNames();
    for (let i = 0; i < 4; i += 1) await clock.advance(minute);
    expect(lockNames()).toEqual([first]);
    await clock.advance(minute);
    const [second = ''] = lockNames();
    expect(lockNames()).toHaveLength(1);
    expect(second).not.toBe(first);
    expect(await repository.loadJson('locks', second)).toMatchObject({ time: new Date(clock.now()).toISOString() });
    await lock.release();
    expect(lockNames()).toEqual([]);
  });

  test('that vanished aborts `lost`, and no snapshot can be written', async () => {
    const lock = await repository.lock('shared');
    rmSync(join(place.path, 'locks', lockNames()[0] ?? ''));
    await expect(saveSnapshot(repository)).rejects.toMatchObject({ code: 'lock-lost' });
    expect(await repository.listIds('snapshots')).toEqual([]);
    expect(lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ code: 'lock-lost', hint: expect.any(String) });
    await lock.release();
  });

  test('that vanished is noticed within a minute by itself', async () => {
    const lock = await repository.lock('shared');
    const lost = new Promise((resolve) => lock.lost.addEventListener('abort', resolve));
    rmSync(join(place.path, 'locks', lockNames()[0] ?? ''));
    await clock.advance(minute, lost);
    expect(lock.lost.aborted).toBe(true);
    await lock.release();
  });

  test('after a long sleep is kept when it is still there', async () => {
    const lock = await repository.lock('exclusive');
    await clock.advance(300 * minute);
    expect(lock.lost.aborted).toBe(false);
    expect(lockNames()).toHaveLength(1);
    await lock.release();
  });

  test('is kept through short faults of the store, and lost before others may think it stale', async () => {
    const lock = await repository.lock('exclusive');
    const lost = new Promise((resolve) => lock.lost.addEventListener('abort', resolve));
    const put = place.store.put.bind(place.store);
    place.store.put = async () => Promise.reject(new Error('the network is down'));
    for (let i = 0; i < 24; i += 1) await clock.advance(minute);
    expect(lock.lost.aborted).toBe(false);
    for (let i = 0; i < 3; i += 1) await clock.advance(minute, lost);
    expect(lock.lost.reason).toMatchObject({ code: 'lock-lost' });
    place.store.put = put;
    await lock.release();
  });

  test('allows its snapshot', async () => {
    const lock = await repository.lock('shared');
    await clock.advance(5 * minute);
    await saveSnapshot(repository);
    expect(await repository.listIds('snapshots')).toHaveLength(1);
    await lock.release();
  });
});

describe.runIf(requireProgram('restic'))('with stock restic', () => {
  test('our exclusive lock stops it, our shared lock does not; and it shows whose it is', async () => {
    await saveSnapshot(repository);
    const exclusive = await repository.lock('exclusive');
    expect(() => place.restic('check')).toThrow(new RegExp(`locked exclusively by PID ${process.pid} on`));
    await exclusive.release();
    const shared = await repository.lock('shared');
    expect(place.restic('snapshots')).toContain('1 snapshots');
    expect(() => place.restic('check')).toThrow(`locked by PID ${process.pid}`);
    expect(JSON.parse(place.restic('cat', 'lock', lockNames()[0] ?? '', '--no-lock'))).toMatchObject({
      pid: process.pid,
    });
    // It sends SIGHUP to the process that a lock names, to learn whether it lives.
    place.restic('unlock');
    expect(lockNames()).toHaveLength(1);
    await shared.release();
    place.restic('check');
  });

  test('its lock stops ours while it runs, and lets it in afterwards', async () => {
    await saveSnapshot(repository);
    const env = { ...process.env, RESTIC_PASSWORD: passphrase };
    // Waits for its input to end, with the lock held.
    const backup = spawn('restic', ['-r', place.path, '--no-cache', 'backup', '--stdin'], { env });
    while (lockNames().length === 0) await new Promise(setImmediate);
    await expect(repository.lock('exclusive')).rejects.toMatchObject({
      ...locked,
      message: expect.stringContaining(`process ${backup.pid}`),
    });
    await (await repository.lock('shared')).release();
    backup.stdin.end('content');
    await once(backup, 'exit');
    await (await repository.lock('exclusive')).release();
    expect(await repository.listIds('snapshots')).toHaveLength(2);
  });

  test('the lock that it left when it was killed is removed once two renewals are missed', async () => {
    await saveSnapshot(repository);
    const env = { ...process.env, RESTIC_PASSWORD: passphrase };
    const backup = spawn('restic', ['-r', place.path, '--no-cache', 'backup', '--stdin'], { env });
    while (lockNames().length === 0) await new Promise(setImmediate);
    backup.kill('SIGKILL');
    await once(backup, 'exit');
    await expect(repository.lock('exclusive')).rejects.toMatchObject(locked);
    const later = await place.open({ clock: new ManualClock(Date.now() + 11 * minute) });
    await (await later.lock('exclusive')).release();
    expect(lockNames()).toEqual([]);
    expect(readFileSync(join(place.path, 'config')).length).toBeGreaterThan(0);
  });
});
