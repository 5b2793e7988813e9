import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { TransferProgress } from '../../../src/vault/vault.ts';
import { compareTrees, factsOf } from '../compare-trees.ts';
import { folderWith, hastyClock, newVault, noise, temporaryFolder, treeRequest } from '../place.ts';
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

describe('what exists', () => {
  test('never: everything that stands in the way is named, and nothing is written', async () => {
    const files = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${String(i).padStart(2, '0')}`, 'new']));
    const { vault, source, snapshot } = await backupOf({ ...files, 'z/free': '' });
    const target = temporaryFolder();
    mkdirSync(join(target, source), { recursive: true });
    for (const name of Object.keys(files).slice(1)) writeFileSync(join(target, source, name), 'old');
    const before = factsOf(target);
    const refused = vault.restore({ snapshot, target, overwrite: 'never' });
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'restore-would-overwrite' }));
    await expect(refused).rejects.toThrow(`${join(target, source, 'f01')},`);
    await expect(refused).rejects.toThrow(/f10 and 2 more$/);
    expect(factsOf(target)).toStrictEqual(before);
  });

  test('never: a file where a folder should be, or a link, stands in the way', async () => {
    const { vault, source, snapshot } = await backupOf({ 'a/x': '', 'b/y': '' });
    const target = temporaryFolder();
    mkdirSync(join(target, source), { recursive: true });
    writeFileSync(join(target, source, 'a'), '');
    symlinkSync('/tmp', join(target, source, 'b'));
    for (const include of [undefined, (path: string) => /[xy]$/.test(path)]) {
      const refused = vault.restore({ snapshot, target, overwrite: 'never', ...(include && { include }) });
      await expect(refused).rejects.toThrow(`${join(target, source, 'a')}, ${join(target, source, 'b')}`);
    }
  });

  test('never: folders that exist are filled, and stay as they are', async () => {
    const { vault, source, snapshot } = await backupOf({ 'a/x': 'x' });
    const target = temporaryFolder();
    mkdirSync(join(target, source, 'a'), { recursive: true });
    chmodSync(join(target, source, 'a'), 0o711);
    expect(await vault.restore({ snapshot, target, overwrite: 'never' })).toMatchObject({ files: 1, faults: [] });
    expect(statSync(join(target, source, 'a')).mode & 0o777).toBe(0o711);
  });

  test('always: replaced as a whole, never written into; what is not in the snapshot stays', async () => {
    const { vault, source, snapshot } = await backupOf({ 'a/x': 'new', 'a/y': 'new', b: 'new', 'c/z': 'new' });
    const target = temporaryFolder();
    const at = (name: string): string => join(target, source, name);
    mkdirSync(at('a'), { recursive: true });
    writeFileSync(at('a/x'), 'old');
    linkSync(at('a/x'), at('a/other name of the old'));
    mkdirSync(at('b'));
    writeFileSync(at('c'), 'old');
    writeFileSync(at('extra'), 'kept');
    expect(await vault.restore({ snapshot, target, overwrite: 'always' })).toMatchObject({ files: 4, faults: [] });
    expect(readFileSync(at('a/other name of the old'), 'utf8')).toBe('old');
    expect(readdirSync(at('.')).sort()).toStrictEqual(['a', 'b', 'c', 'extra']);
    rmSync(at('a/other name of the old'));
    rmSync(at('extra'));
    execFileSync('touch', ['-r', source, at('.')]);
    execFileSync('touch', ['-r', join(source, 'a'), at('a')]);
    expect(compareTrees(source, at('.'))).toStrictEqual([]);
  });

  test('always: a folder that is not empty is not thrown away for a file', async () => {
    const { vault, source, snapshot } = await backupOf({ a: 'file', b: 'file' });
    const target = temporaryFolder();
    mkdirSync(join(target, source, 'a/kept'), { recursive: true });
    const { faults, files } = await vault.restore({ snapshot, target, overwrite: 'always' });
    expect(faults).toMatchObject([{ path: join(source, 'a'), kind: 'refused' }]);
    expect([files, readdirSync(join(target, source)).sort()]).toStrictEqual([1, ['a', 'b']]);
  });
});

describe('what was asked for', () => {
  test('only entries that are wanted, and the folders above them', async () => {
    const { vault, source, snapshot } = await backupOf({ 'a/b/x': 'x', 'a/c/y': 'y', 'd/x': 'x' });
    chmodSync(join(source, 'a'), 0o750);
    const target = temporaryFolder();
    const seen: [string, string][] = [];
    const include = (path: string, type: string): boolean => {
      seen.push([path.slice(source.length), type]);
      return path.endsWith('a/b/x');
    };
    expect(await vault.restore({ snapshot, target, overwrite: 'never', include })).toMatchObject({
      files: 1,
      bytes: 1,
      faults: [],
    });
    expect([...factsOf(join(target, source)).keys()]).toStrictEqual(['.', './a', './a/b', './a/b/x']);
    expect(statSync(join(target, source, 'a')).mode & 0o777).toBe(0o755);
    expect(seen).toContainEqual(['/a/b', 'dir']);
  });

  test('in place: links above what was backed up are followed, below it they are replaced', async () => {
    const place = temporaryFolder();
    mkdirSync(join(place, 'real/web/sub'), { recursive: true });
    mkdirSync(join(place, 'elsewhere'));
    writeFileSync(join(place, 'real/web/sub/x'), 'x');
    symlinkSync('real', join(place, 'link'));
    const source = join(place, 'link/web');
    const { vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    rmSync(join(place, 'real/web/sub'), { recursive: true });
    symlinkSync(join(place, 'elsewhere'), join(place, 'real/web/sub'));
    chmodSync(join(place, 'real'), 0o711);
    const { faults } = await vault.restore({
      snapshot,
      target: '/',
      overwrite: 'always',
      include: (path) => path.startsWith(source),
    });
    expect(faults).toStrictEqual([]);
    expect(readFileSync(join(place, 'real/web/sub/x'), 'utf8')).toBe('x');
    expect(readdirSync(join(place, 'elsewhere'))).toStrictEqual([]);
    expect(statSync(join(place, 'real')).mode & 0o777).toBe(0o711);
    expect(readdirSync(place).sort()).toStrictEqual(['elsewhere', 'link', 'real']);
  });

  test('a target that is reached through a link, and is made', async () => {
    const { vault, source, snapshot } = await backupOf({ a: 'x' });
    const place = temporaryFolder();
    mkdirSync(join(place, 'real'));
    symlinkSync('real', join(place, 'link'));
    await vault.restore({ snapshot, target: join(place, 'link/new/folder'), overwrite: 'never' });
    expect(compareTrees(source, join(place, 'real/new/folder', source))).toStrictEqual([]);
  });

  test.each(['relative', '/proc/version', '/proc/version/below'])('%s is no target', async (target) => {
    const { vault, snapshot } = await backupOf({ a: 'x' });
    const refused = vault.restore({ snapshot, target, overwrite: 'never' });
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'restore-target' }));
  });
});

describe('what is lost', () => {
  test('a damaged pack costs the files in it; what stood in their place is untouched', async () => {
    const { vault, repository, folder, source, snapshot } = await backupOf({ a: 'a', b: 'b' });
    const second = folderWith({ c: 'c' });
    const { id } = await repository.save('data', Buffer.from('c'));
    await repository.flush();
    const both = await vault.backup({
      ...treeRequest(source),
      roots: [...treeRequest(source).roots, ...treeRequest(second).roots],
    });
    const pack = repository.locate('data', id)?.pack ?? '';
    const file = join(folder, 'data', pack.slice(0, 2), pack);
    chmodSync(file, 0o600);
    truncateSync(file, 10);
    const target = temporaryFolder();
    mkdirSync(join(target, second), { recursive: true });
    writeFileSync(join(target, second, 'c'), 'old');
    const { faults, files } = await vault.restore({ snapshot: both.snapshot, target, overwrite: 'always' });
    expect(faults).toMatchObject([{ path: join(second, 'c'), kind: 'damaged' }]);
    expect(files).toBe(2);
    expect(readFileSync(join(target, second, 'c'), 'utf8')).toBe('old');
    expect(readdirSync(join(target, second))).toStrictEqual(['c']);
    expect((await vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' })).faults).toStrictEqual([]);
  });

  test('a lost folder object costs what is below it', async () => {
    const { repository, vault } = await newVault();
    const bad = await repository.save('tree', Buffer.from('{"nodes":[{"name":7}]}'));
    const { id: tree } = await repository.save(
      'tree',
      Buffer.from(
        `{"nodes":[{"name":"a","type":"dir","mode":2147484141,"subtree":"${bad.id}"},{"name":"b","type":"dir","mode":2147484141,"subtree":"${'0'.repeat(64)}"},{"name":"c","type":"file"}]}`,
      ),
    );
    await repository.flush();
    const snapshot = await repository.saveJson(
      'snapshots',
      JSON.stringify({ time: '2026-01-01T00:00:00Z', tree, paths: ['/'] }),
    );
    const target = temporaryFolder();
    const { faults, files } = await vault.restore({ snapshot, target, overwrite: 'never' });
    expect(faults).toMatchObject([
      { path: '/a', kind: 'damaged' },
      { path: '/b', kind: 'damaged' },
    ]);
    expect([files, readdirSync(target)]).toStrictEqual([1, ['a', 'b', 'c']]);
  });

  test('an abort leaves whole files and no temporary ones', async () => {
    // Longer than any chunk: so it comes in several, and the restore is aborted between two of them.
    const { repository, source, snapshot } = await backupOf({ a: noise(100), b: noise(9_000_000), c: noise(200) });
    const vault = vaultOn(repository, hastyClock());
    const controller = new AbortController();
    const target = temporaryFolder();
    const onProgress = ({ bytes }: TransferProgress): void => {
      if (bytes > 100) controller.abort(new Error('enough'));
    };
    const stopped = vault.restore({ snapshot, target, overwrite: 'never', signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow('enough');
    expect(readdirSync(join(target, source))).toStrictEqual(['a']);
    expect(await repository.listIds('locks')).toStrictEqual([]);
  });

  test('the progress knows the whole from the start, and ends with it', async () => {
    const { repository, snapshot } = await backupOf({ a: noise(100), b: noise(2_000_000) });
    const seen: TransferProgress[] = [];
    const vault = vaultOn(repository, hastyClock());
    await vault.restore({
      snapshot,
      target: temporaryFolder(),
      overwrite: 'never',
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.every(({ filesTotal, bytesTotal }) => filesTotal === 2 && bytesTotal === 2_000_100)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ files: 2, bytes: 2_000_100 });
  });
});
