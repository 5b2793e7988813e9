import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CaptureRoot } from '../../../src/base/capture.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { MusterError } from '../../../src/base/error.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { Repository } from '../../../src/vault/repository.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { contentOf, folderWith, hastyClock, newVault, noise, pathsIn, treeRequest } from '../place.ts';

const megabytes = noise(3_000_000);

async function hastyVault(): Promise<Vault> {
  return vaultOn((await newVault()).repository, hastyClock());
}

describe('what goes wrong at the source is a fault of one entry', () => {
  test('entries that vanish between the list and the reading', async () => {
    const source = folderWith({ a: '', b: 'x', 'c/d': '', e: '' });
    const { vault } = await newVault();
    // The file after this one goes away before it is looked at, the folder after it was looked at.
    const excluded = (path: string): boolean => {
      if (path.endsWith('/a')) rmSync(join(source, 'b'));
      if (path.endsWith('/c')) rmSync(join(source, 'c'), { recursive: true });
      if (path.endsWith('/e')) rmSync(join(source, 'e'));
      return false;
    };
    const { snapshot, faults } = await vault.backup({
      ...treeRequest(source),
      roots: [{ kind: 'tree', path: source, excluded }],
    });
    expect(faults.map(({ path, kind }) => [path.slice(source.length), kind])).toStrictEqual([
      ['/b', 'vanished'],
      ['/c', 'vanished'],
      ['/e', 'vanished'],
    ]);
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual(['/a']);
  });

  test('an excluded entry that vanishes is no fault', async () => {
    const source = folderWith({ a: '', b: '' });
    const { vault } = await newVault();
    const excluded = (path: string): boolean => {
      if (path.endsWith('/a')) rmSync(join(source, 'b'), { force: true });
      return path.endsWith('/b');
    };
    const { faults } = await vault.backup({
      ...treeRequest(source),
      roots: [{ kind: 'tree', path: source, excluded }],
    });
    expect(faults).toStrictEqual([]);
  });

  test('a folder or file that becomes a link, or a FIFO, is neither followed nor waited for', async () => {
    const source = folderWith({ 'a/x': '', b: 'x', c: 'x' });
    const secret = folderWith({ secret: 'secret' });
    const { vault } = await newVault();
    const excluded = (path: string): boolean => {
      if (path.startsWith(`${source}/`)) rmSync(path, { recursive: true });
      if (path.endsWith('/a')) symlinkSync(secret, path);
      if (path.endsWith('/b')) symlinkSync(join(secret, 'secret'), path);
      if (path.endsWith('/c')) execFileSync('mkfifo', [path]);
      return false;
    };
    const { snapshot, faults } = await vault.backup({
      ...treeRequest(source),
      roots: [{ kind: 'tree', path: source, excluded }],
    });
    expect(faults.map(({ path }) => path.slice(source.length))).toStrictEqual(['/a', '/b', '/c']);
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual([]);
  });

  test('a file that is always written to is kept as it was read', async () => {
    const source = folderWith({ log: megabytes });
    const vault = await hastyVault();
    const log = join(source, 'log');
    const { snapshot, faults } = await vault.backup(
      treeRequest(source, { onProgress: () => appendFileSync(log, 'more') }),
    );
    expect(faults).toMatchObject([{ path: log, kind: 'changed' }]);
    const content = await contentOf(vault, snapshot, log);
    expect(content.startsWith(megabytes)).toBe(true);
    expect(content.slice(megabytes.length)).toMatch(/^(more)*$/);
    // The next backup must see that it has changed since.
    expect((await vault.backup(treeRequest(source, { parent: snapshot }))).bytesRead).toBe(statSync(log).size);
  });

  test('a file that was written to once while it was read is read again', async () => {
    const source = folderWith({ log: megabytes });
    const vault = await hastyVault();
    const log = join(source, 'log');
    let writes = 0;
    const onProgress = (): void => {
      if (writes === 0) appendFileSync(log, 'more');
      writes += 1;
    };
    const { snapshot, faults } = await vault.backup(treeRequest(source, { onProgress }));
    expect(faults).toStrictEqual([]);
    expect((await contentOf(vault, snapshot, log)) === `${megabytes}more`).toBe(true);
  });

  test('a device that reports an error', async () => {
    const source = folderWith({ a: 'x' });
    const { vault } = await newVault();
    const roots: CaptureRoot[] = [
      ...treeRequest(source).roots,
      { kind: 'file', path: '/proc/self/mem', as: join(source, 'bad') },
    ];
    const { snapshot, faults } = await vault.backup({ ...treeRequest(source), roots });
    expect(faults).toMatchObject([{ path: join(source, 'bad'), kind: 'unreadable' }]);
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual(['/a']);
  });
});

describe('what makes a backup fail', () => {
  test('a root that does not exist, or none at all', async () => {
    const source = folderWith({ a: '' });
    const { vault, repository } = await newVault();
    const missing = expect.objectContaining({ code: 'source-missing' });
    await expect(vault.backup(treeRequest(join(source, 'b')))).rejects.toThrow(missing);
    await expect(vault.backup(treeRequest(join(source, 'a/b')))).rejects.toThrow(missing);
    await expect(vault.backup({ ...treeRequest(source), roots: [] })).rejects.toThrow(missing);
    expect([await repository.listIds('snapshots'), await repository.listIds('locks')]).toStrictEqual([[], []]);
  });

  test('roots of which nothing can be read', async () => {
    const { vault, repository } = await newVault();
    const roots: CaptureRoot[] = [{ kind: 'file', path: '/proc/self/mem', as: '/mem' }];
    const unreadable = expect.objectContaining({ code: 'source-unreadable' });
    await expect(vault.backup({ ...treeRequest('/mem'), roots })).rejects.toThrow(unreadable);
    expect(await repository.listIds('snapshots')).toStrictEqual([]);
  });

  test('paths that are not plain and absolute', async () => {
    const { vault } = await newVault();
    const roots: CaptureRoot[] = [{ kind: 'file', path: '/proc/version', as: '/a/../b' }];
    await expect(vault.backup({ ...treeRequest('/x'), roots })).rejects.toThrow(
      expect.objectContaining({ code: 'path-invalid' }),
    );
  });

  test('an abort, at once and with no snapshot and no lock left', async () => {
    const source = folderWith({ a: megabytes, b: `${megabytes}b`, c: `${megabytes}c` });
    const { repository } = await newVault();
    const vault = vaultOn(repository, hastyClock());
    const controller = new AbortController();
    let bytes = 0;
    const onProgress = (progress: { readonly bytes: number }): void => {
      bytes = progress.bytes;
      controller.abort(new Error('enough'));
    };
    await expect(vault.backup(treeRequest(source, { signal: controller.signal, onProgress }))).rejects.toThrow(
      'enough',
    );
    // The first chunk may be all of the first file.
    expect(bytes).toBeLessThanOrEqual(megabytes.length);
    expect([await repository.listIds('snapshots'), await repository.listIds('locks')]).toStrictEqual([[], []]);
  });

  test('a store that takes no more', async () => {
    const source = folderWith({ a: 'x' });
    const { repository } = await newVault();
    const full = new MusterError('no space', { code: 'storage-full' });
    const refusing: Repository = Object.assign(Object.create(null) as Repository, {
      store: repository.store,
      has: () => false,
      lock: (kind: 'shared' | 'exclusive') => repository.lock(kind),
      save: () => Promise.reject(full),
    });
    await expect(vaultOn(refusing, systemClock).backup(treeRequest(source))).rejects.toBe(full);
    expect([await repository.listIds('snapshots'), await repository.listIds('locks')]).toStrictEqual([[], []]);
  });

  test('a lock that is lost', async () => {
    const source = folderWith({ a: megabytes });
    const { repository } = await newVault();
    const lost = new AbortController();
    const locked: Repository = Object.assign(Object.create(null) as Repository, {
      store: repository.store,
      has: () => false,
      save: (type: 'data' | 'tree', bytes: Uint8Array) => repository.save(type, bytes),
      polynomial: repository.polynomial,
      flush: () => repository.flush(),
      saveJson: (kind: 'snapshots', json: string) => repository.saveJson(kind, json),
      lock: () => Promise.resolve({ lost: lost.signal, release: () => Promise.resolve() }),
    });
    const onProgress = (): void => lost.abort(new Error('the lock is gone'));
    await expect(vaultOn(locked, systemClock).backup(treeRequest(source, { onProgress }))).rejects.toThrow(
      'lock is gone',
    );
    expect(await repository.listIds('snapshots')).toStrictEqual([]);
  });
});
