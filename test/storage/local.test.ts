import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { thisProcess } from '../../src/base/process.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { describeObjectStore } from '../conformance/object-store.ts';

describeObjectStore('local folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  return {
    store: openLocalStore({ folder }),
    litter: async () => litterOf(folder),
    discard: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

function litterOf(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, 'tmp'));
  } catch {
    return [];
  }
}

describe('local folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-store-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = Buffer.from('0123456789');
  const hour = 3_600_000;

  test('objects can only be read, and only by their owner', async () => {
    await openLocalStore({ folder }).put('data/00/x', bytes);
    expect(statSync(join(folder, 'data/00/x')).mode & 0o777).toBe(0o400);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'data/00')).mode & 0o777).toBe(0o700);
  });

  test('only `prepare` makes the folder itself: an unmounted disk is not written to', async () => {
    const store = openLocalStore({ folder: join(folder, 'mnt/backup') });
    await expect(store.put('a', bytes)).rejects.toMatchObject({ code: 'storage-missing', hint: expect.any(String) });
    await store.prepare?.(['data/00/', 'locks/']);
    await store.put('a', bytes);
    expect(readdirSync(join(folder, 'mnt/backup')).toSorted()).toEqual(['a', 'data', 'locks', 'tmp']);
    await store.prepare?.(['data/00/']);
  });

  test('a file where the folder should be is told, not overwritten', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const store = openLocalStore({ folder: join(folder, 'file') });
    await expect(store.put('a', bytes)).rejects.toMatchObject({ code: 'storage-missing' });
    await expect(store.prepare?.([])).rejects.toMatchObject({ code: 'storage-failed' });
  });

  test('a symbolic link is no object, and is not followed', async () => {
    writeFileSync(join(folder, 'secret'), 'x');
    mkdirSync(join(folder, 'store'));
    symlinkSync('../secret', join(folder, 'store/link'));
    const store = openLocalStore({ folder: join(folder, 'store') });
    await expect(store.get('link')).rejects.toMatchObject({ code: 'storage-refused' });
    expect(await store.size('link')).toBeUndefined();
    for await (const info of store.list('')) expect.unreachable(info.name);
  });

  test('what a dead writer left is swept, what others may need is kept', async () => {
    mkdirSync(join(folder, 'tmp'));
    const leave = (name: string, owner: Readonly<Record<string, unknown>>, age: number): void => {
      const here = { ...thisProcess(), ...owner };
      const text = JSON.stringify([here.hostname, here.pid, here.startTicks, here.boot, here.namespace]);
      const path = join(folder, 'tmp', `${name}.${Buffer.from(text).toString('base64url')}`);
      writeFileSync(path, 'x');
      utimesSync(path, new Date(), new Date(Date.now() - age));
    };
    leave('dead-old', { startTicks: 1 }, 2 * hour);
    leave('dead-new', { startTicks: 1 }, 0);
    leave('mine-old', {}, 100 * hour);
    leave('elsewhere-new', { hostname: 'elsewhere' }, 2 * hour);
    leave('elsewhere-old', { hostname: 'elsewhere' }, 25 * hour);
    leave('rebooted-old', { boot: 'another' }, 25 * hour);
    await openLocalStore({ folder }).put('a', bytes);
    const left = readdirSync(join(folder, 'tmp')).map((name) => name.replace(/\..*/, ''));
    expect(left.toSorted()).toEqual(['dead-new', 'elsewhere-new', 'mine-old']);
  });

  test('a writer that is killed leaves no object', async () => {
    const script = `
      import { openLocalStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/storage/local.ts'))};
      const writer = await openLocalStore({ folder: ${JSON.stringify(folder)} }).writer();
      await writer.write(Buffer.alloc(100000));
      process.stdout.write('written');
      await new Promise(() => setInterval(() => undefined, 1000));`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    for await (const info of openLocalStore({ folder }).list('')) expect.unreachable(info.name);
    expect(litterOf(folder)).toHaveLength(1);
  });

  describe.runIf(isPossible('mounting', mountAndUnmount))('on a real disk', () => {
    let disk: string;
    beforeEach(() => {
      disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    });
    afterEach(() => execFileSync('umount', [disk]));

    test('that is full: `storage-full`, nothing half-written, and what was there is whole', async () => {
      const store = openLocalStore({ folder: disk });
      await store.put('small', bytes);
      await expect(store.put('data/00/big', Buffer.alloc(2 ** 21))).rejects.toMatchObject({
        code: 'storage-full',
        hint: expect.any(String),
      });
      expect(litterOf(disk)).toEqual([]);
      expect(await store.get('small')).toEqual(bytes);
      await store.put('again', Buffer.alloc(500_000));
    });

    test('that is read-only: `storage-read-only`, and it can be read', async () => {
      const store = openLocalStore({ folder: disk });
      await store.put('small', bytes);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await expect(store.put('other', bytes)).rejects.toMatchObject({ code: 'storage-read-only' });
      await expect(store.remove('small')).rejects.toMatchObject({ code: 'storage-read-only' });
      expect(await store.get('small')).toEqual(bytes);
    });
  });

  test.runIf(isPossible('chattr', makeImmutable))('without permission: `storage-refused`', async () => {
    const store = openLocalStore({ folder });
    await store.put('small', bytes);
    execFileSync('chattr', ['+i', join(folder, 'small')]);
    try {
      await expect(store.remove('small')).rejects.toMatchObject({ code: 'storage-refused', hint: expect.any(String) });
    } finally {
      execFileSync('chattr', ['-i', join(folder, 'small')]);
    }
  });
});

/** As `requireProgram`, for what takes privileges. */
function isPossible(what: string, attempt: (folder: string) => void): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  try {
    attempt(folder);
    return true;
  } catch (error) {
    if (process.env['MUSTER_TEST_REQUIRE'] === 'all') throw error;
    console.warn(`\n*** SKIPPED: ${what} is not possible here; tests that need it do not run ***\n`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mountAndUnmount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  execFileSync('umount', [folder]);
}

function makeImmutable(folder: string): void {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  execFileSync('chattr', ['+i', file], { stdio: 'ignore' });
  execFileSync('chattr', ['-i', file]);
}
