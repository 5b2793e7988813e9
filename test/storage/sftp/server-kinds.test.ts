import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { checkStore } from '../../../src/storage/check/run.ts';
import { namesOf } from '../../conformance/listing.ts';
import { hasSshd } from '../../servers/sftp.ts';
import { sftpRig } from './rig.ts';

const bytes = Buffer.from('0123456789');

describe.runIf(hasSshd)('an SFTP server with nothing but version 3 of the protocol', () => {
  const extensions = 'posix-rename,hardlink,fsync,statvfs,fstatvfs,limits,lsetstat,expand-path,copy-data';
  const { newFolder, open } = sftpRig({ flags: `-P ${extensions}` });

  test('keeps objects, but for a moment there may be none while one is replaced', async () => {
    const path = newFolder();
    const { results } = await checkStore(open({ path }), { clock: systemClock });
    const failed = results.filter(({ status }) => status === 'failed').map(({ name }) => name);
    expect(failed.filter((name) => !name.startsWith('a reader sees the old or the new'))).toEqual([]);
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(35);
    expect(readdirSync(join(path, 'tmp'))).toEqual([]);
  });
});

describe.runIf(hasSshd)('a folder on an SFTP host', () => {
  const { newFolder, open, server } = sftpRig();

  test('objects can only be read, and only by their owner', async () => {
    const path = newFolder();
    await open({ path }).put('data/00/x', bytes);
    expect(statSync(join(path, 'data/00/x')).mode & 0o777).toBe(0o400);
    expect(statSync(join(path, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'data/00')).mode & 0o777).toBe(0o700);
  });

  test('only `prepare` makes it: a disk that is not mounted is not written to', async () => {
    const path = join(newFolder(), 'mnt/backup');
    const store = open({ path });
    await expect(store.put('a', bytes)).rejects.toMatchObject({ code: 'storage-missing', hint: expect.any(String) });
    const folders = Array.from({ length: 256 }, (_, i) => `data/${i.toString(16).padStart(2, '0')}/`);
    await store.prepare?.([...folders, 'locks/']);
    await store.prepare?.(['data/00/']);
    await store.put('a', bytes);
    expect(readdirSync(path).toSorted()).toEqual(['a', 'data', 'locks', 'tmp']);
    expect(readdirSync(join(path, 'data'))).toHaveLength(256);
  });

  test('may be named from where the server puts the user', async () => {
    await open({ path: 'relative/vault' }).prepare?.([]);
    expect(statSync(join(server().root, 'relative/vault')).isDirectory()).toBe(true);
  });

  test('a file in its place is told, not overwritten', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, 'x');
    await expect(open({ path }).put('a', bytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^storage-(missing|failed)$/),
    });
    await expect(open({ path }).prepare?.([])).rejects.toMatchObject({ code: 'storage-failed' });
  });

  test('symbolic links are no objects, and are not followed', async () => {
    const path = newFolder();
    mkdirSync(join(path, 'store'));
    mkdirSync(join(path, 'elsewhere'));
    writeFileSync(join(path, 'elsewhere/secret'), 'x');
    symlinkSync('../elsewhere/secret', join(path, 'store/link'));
    symlinkSync('../elsewhere', join(path, 'store/folder'));
    const store = open({ path: join(path, 'store') });
    await expect(store.get('link')).rejects.toMatchObject({ code: 'storage-refused' });
    expect(await store.size('link')).toBeUndefined();
    expect(await namesOf(store, '')).toEqual([]);
    await store.put('link', bytes);
    expect(statSync(join(path, 'elsewhere/secret')).size).toBe(1);
    await store.remove('link');
    expect(readdirSync(join(path, 'elsewhere'))).toEqual(['secret']);
  });

  test('names that no object can have are passed over', async () => {
    const path = newFolder();
    for (const name of ['.hidden', '-rf', 'ä', 'a b']) writeFileSync(join(path, name), 'x');
    mkdirSync(join(path, 'lost+found'));
    expect(await namesOf(open({ path }), '')).toEqual([]);
  });

  test('what a dead writer of another host left is swept after a day', async () => {
    const path = newFolder();
    mkdirSync(join(path, 'tmp'));
    for (const [name, hours] of [
      ['old', 25],
      ['new', 23],
    ] as const) {
      writeFileSync(join(path, 'tmp', name), 'x');
      const then = Date.now() / 1000 - hours * 3600;
      utimesSync(join(path, 'tmp', name), then, then);
    }
    await open({ path }).put('a', bytes);
    expect(readdirSync(join(path, 'tmp'))).toEqual(['new']);
  });

  test('10,000 objects are listed, each once, over one connection or several', async () => {
    const path = newFolder();
    const names = Array.from({ length: 10_000 }, (_, i) => `data/${(i % 256).toString(16).padStart(2, '0')}/${i}`);
    for (let i = 0; i < 256; i += 1)
      mkdirSync(join(path, 'data', i.toString(16).padStart(2, '0')), { recursive: true });
    writeFileSync(join(path, 'first'), 'x');
    for (const name of names) linkSync(join(path, 'first'), join(path, name));
    for (const connections of [1, 8])
      expect(await namesOf(open({ path, connections }), 'data/')).toEqual(names.toSorted());
  });

  test('of two processes that put the same new object, one wins', async () => {
    const path = newFolder();
    const stores = Array.from({ length: 4 }, () => open({ path }));
    const won = await Promise.all(stores.map((store, i) => store.putNew('config', Buffer.from([i]))));
    expect(won.filter(Boolean)).toHaveLength(1);
  });
});

describe.runIf(hasSshd && process.getuid?.() === 0)('a disk of an SFTP host', () => {
  const { server, open } = sftpRig();
  let path: string;
  beforeAll(() => {
    path = join(server().root, 'disk');
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]);
  });
  afterAll(() => void execFileSync('umount', ['-l', path]));

  test('that is full is told, and holds nothing of what did not fit', async () => {
    const store = open({ path });
    await store.put('small', bytes);
    await expect(store.put('big', randomBytes(2 ** 23))).rejects.toMatchObject({
      code: 'storage-full',
      retryable: false,
      hint: expect.stringContaining('Free space'),
    });
    expect(readdirSync(join(path, 'tmp'))).toEqual([]);
    expect(await namesOf(store, '')).toEqual(['small']);
  });

  test('that can only be read is told', async () => {
    execFileSync('mount', ['-o', 'remount,ro', path]);
    try {
      await expect(open({ path }).put('a', bytes)).rejects.toMatchObject({ code: 'storage-read-only' });
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', path]);
    }
  });
});

describe.runIf(hasSshd && process.getuid?.() === 0)('an SFTP user without rights', () => {
  const { server, open } = sftpRig();

  test('is told of it', async () => {
    const path = join(server().root, 'others');
    mkdirSync(path);
    // The folders above belong to root alone; the user must reach its own.
    execFileSync('chmod', ['755', join(server().root, '..'), server().root, path]);
    const store = open({ path, user: 'nobody' });
    await expect(store.put('a', bytes)).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining('Permission denied'),
      hint: expect.stringContaining('permission'),
    });
  });
});
