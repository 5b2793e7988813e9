import { execFileSync } from 'node:child_process';
import { chmodSync, statSync, symlinkSync, truncateSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ownedName } from '../../../src/base/owned-name.ts';
import { MusterError } from '../../../src/base/error.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { Repository } from '../../../src/vault/repository.ts';
import { compareTrees } from '../compare-trees.ts';
import { craftSnapshot } from '../craft.ts';
import { folderWith, isRoot, newVault, temporaryFolder, treeRequest } from '../place.ts';
import type { TestVault } from '../place.ts';

interface Backup extends TestVault {
  readonly source: string;
  readonly snapshot: string;
}

async function backupOf(files: Readonly<Record<string, string>>): Promise<Backup> {
  const source = folderWith(files);
  const tested = await newVault();
  const { snapshot } = await tested.vault.backup(treeRequest(source));
  return { ...tested, source, snapshot };
}

describe('details', () => {
  test('what a killed restore left in a folder is removed by the next one, what a running one makes is not', async () => {
    const { vault, source, snapshot } = await backupOf({ a: 'x' });
    const target = temporaryFolder();
    mkdirSync(join(target, source), { recursive: true });
    const child = join(import.meta.dirname, '../children/owned-name.ts');
    const killed = execFileSync(process.execPath, [child], { encoding: 'utf8' }).trim();
    const [left, running] = [`.muster-${killed}.part`, `.muster-${ownedName()}.part`];
    for (const name of [left, running, '.muster-own.part']) writeFileSync(join(target, source, name), 'half');
    await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(readdirSync(join(target, source)).sort()).toStrictEqual([running, '.muster-own.part', 'a'].sort());
  });

  test('zeros become holes', async () => {
    const { vault, source } = await backupOf({ a: 'x' });
    truncateSync(join(source, 'a'), 50_000_000);
    const { snapshot } = await vault.backup(treeRequest(source));
    const target = temporaryFolder();
    await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(statSync(join(target, source, 'a'))).toMatchObject({ size: 50_000_000 });
    expect(statSync(join(target, source, 'a')).blocks).toBeLessThan(200);
  });

  test('times that restic can not restore', async () => {
    const { repository, vault } = await newVault();
    const mtime = 10_428_048_000_123_456_789n;
    const snapshot = await craftSnapshot(repository, [{ name: 'a', text: 'x', mtime, atime: mtime }]);
    const target = temporaryFolder();
    await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(statSync(join(target, 'a'), { bigint: true }).mtimeNs).toBe(mtime);
  });

  test('a link target that is not UTF-8', async () => {
    const source = folderWith({ a: 'x' });
    symlinkSync(Buffer.from('not utf8 \xff', 'latin1'), join(source, 'link'));
    const { vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    const target = temporaryFolder();
    await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
  });

  test('an attribute that the file system refuses is a fault; the file is there', async () => {
    const { repository, vault } = await newVault();
    const attributes = [{ name: 'unknown.space', value: Buffer.from('x') }];
    const snapshot = await craftSnapshot(repository, [{ name: 'a', text: 'x', attributes }]);
    const { files, faults } = await vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' });
    expect([files, faults]).toMatchObject([1, [{ path: '/a', kind: 'metadata' }]]);
  });

  test('a vault that takes no lock, because its disk is full or read-only, is restored all the same', async () => {
    const { repository, snapshot } = await backupOf({ a: 'x' });
    const readOnly: Repository = Object.assign(Object.create(null) as Repository, {
      store: repository.store,
      packAccess: repository.packAccess,
      locate: (type: 'data' | 'tree', id: string) => repository.locate(type, id),
      load: (type: 'data' | 'tree', id: string) => repository.load(type, id),
      loadJson: (kind: 'snapshots', id: string) => repository.loadJson(kind, id),
      lock: () => Promise.reject(new MusterError('read-only', { code: 'storage-read-only' })),
    });
    const vault = vaultOn(readOnly, systemClock);
    expect(await vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' })).toMatchObject({
      files: 1,
    });
    const locked = new MusterError('locked', { code: 'vault-locked' });
    const busy = vaultOn(Object.assign(readOnly, { lock: () => Promise.reject(locked) }), systemClock);
    await expect(busy.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' })).rejects.toBe(locked);
  });

  test('an access list of the target folder does not slip in', async () => {
    const { vault, source, snapshot } = await backupOf({ 'a/x': 'x' });
    const target = temporaryFolder();
    execFileSync('setfacl', ['-d', '-m', 'u:33:rwx', target]);
    await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
  });

  test.runIf(isRoot)('somebody else restores what is his to restore, without faults over owners', async () => {
    const { folder, source, snapshot } = await backupOf({ a: 'x', b: 'y' });
    chmodSync(join(source, 'b'), 0o4755);
    const target = temporaryFolder();
    for (const path of [join(folder, '..'), target]) execFileSync('chown', ['-R', '65534:65534', path]);
    const script = join(import.meta.dirname, '../children/restore.ts');
    const output = execFileSync(process.execPath, [script, folder, snapshot, target], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toStrictEqual({ files: 2, bytes: 2, faults: [] });
    expect(statSync(join(target, source, 'a')).uid).toBe(65_534);
  });
});
