import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CaptureRoot } from '../../../src/base/capture.ts';
import { contentOf, folderWith, newVault, noise, openAgain, pathsIn, temporaryFolder, treeRequest } from '../place.ts';

const megabytes = noise(3_000_000);

describe('what is in the snapshot', () => {
  test('what is excluded is not there, and a root always is', async () => {
    const source = folderWith({ 'cache/x': '', 'keep/cache': '', 'keep/y.tmp': '', z: '' });
    const { vault } = await newVault();
    const seen: [string, boolean][] = [];
    const excluded = (path: string, isFolder: boolean): boolean => {
      seen.push([path.slice(source.length), isFolder]);
      return path === source || (isFolder && path.endsWith('/cache')) || path.endsWith('.tmp');
    };
    const roots: CaptureRoot[] = [{ kind: 'tree', path: source, excluded }];
    const { snapshot } = await vault.backup({ ...treeRequest(source), roots });
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual(['/keep', '/keep/cache', '/z']);
    expect(seen).toStrictEqual([
      ['/cache', true],
      ['/keep', true],
      ['/keep/cache', false],
      ['/keep/y.tmp', false],
      ['/z', false],
    ]);
  });

  test('a file takes the place of another, also below a tree that leaves that one out', async () => {
    const source = folderWith({ 'data/live.db': 'torn', 'data/live.db-wal': 'torn', 'data/other': 'x' });
    const scratch = folderWith({ copy: 'whole' });
    const { vault } = await newVault();
    const roots: CaptureRoot[] = [
      { kind: 'tree', path: source, excluded: (path) => path.includes('live.db') },
      { kind: 'file', path: join(scratch, 'copy'), as: join(source, 'data/live.db') },
      { kind: 'file', path: join(scratch, 'copy'), as: '/no such folder/anywhere/live.db' },
    ];
    const { snapshot, faults } = await vault.backup({ ...treeRequest(source), roots });
    expect(faults).toStrictEqual([]);
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual(['/data', '/data/live.db', '/data/other']);
    expect(await contentOf(vault, snapshot, join(source, 'data/live.db'))).toBe('whole');
    expect(await contentOf(vault, snapshot, '/no such folder/anywhere/live.db')).toBe('whole');
  });

  test('a root that is a link is kept as the link that it is', async () => {
    const source = folderWith({ 'real/a': '' });
    symlinkSync('real', join(source, 'link'));
    const { vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(join(source, 'link')));
    const found = [];
    for await (const entry of vault.entries(snapshot, source)) found.push(entry);
    expect(found).toMatchObject([{ path: join(source, 'link'), type: 'symlink', linkTarget: 'real' }]);
  });

  test('an inner root brings back what an outer one leaves out', async () => {
    const source = folderWith({ 'cache/x/keep': '', 'cache/x/y/deep': '', 'cache/drop': '', a: '' });
    const { vault } = await newVault();
    const roots: CaptureRoot[] = [
      { kind: 'tree', path: source, excluded: (path) => path.endsWith('/cache') },
      { kind: 'tree', path: join(source, 'cache/x'), excluded: (path) => path.endsWith('/keep') },
      { kind: 'tree', path: join(source, 'cache/x/'), excluded: () => false },
    ];
    const { snapshot } = await vault.backup({ ...treeRequest(source), roots });
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual([
      '/a',
      '/cache',
      '/cache/x',
      '/cache/x/keep',
      '/cache/x/y',
      '/cache/x/y/deep',
    ]);
  });

  test('a file of the kernel without a size has its content', async () => {
    const { vault } = await newVault();
    const roots: CaptureRoot[] = [{ kind: 'file', path: '/proc/version', as: '/proc/version' }];
    const { snapshot } = await vault.backup({ ...treeRequest('/proc/version'), roots });
    expect(await contentOf(vault, snapshot, '/proc/version')).toBe(readFileSync('/proc/version', 'latin1'));
  });

  test('folders deeper than a path can be long', async () => {
    const source = folderWith({ a: '' });
    execFileSync(
      'bash',
      ['-c', 'for i in $(seq 60); do mkdir $0 && cd $0 || exit 1; done; echo deep > file', 'd'.repeat(200)],
      { cwd: source },
    );
    const { vault } = await newVault();
    const { snapshot, faults, folders } = await vault.backup(treeRequest(source));
    expect([faults, folders]).toStrictEqual([[], 60 + source.split('/').length - 1]);
    const target = temporaryFolder();
    expect((await vault.restore({ snapshot, target, overwrite: 'never' })).faults).toStrictEqual([]);
    const found = execFileSync('find', [target, '-name', 'file', '-printf', '%s'], { encoding: 'utf8' });
    expect(found).toBe('5');
  });

  test('two backups at once in one vault are both complete', async () => {
    const [a, b] = [folderWith({ a: megabytes, c: 'same' }), folderWith({ b: `${megabytes}!`, c: 'same' })];
    const { vault, folder } = await newVault();
    const results = await Promise.all([vault.backup(treeRequest(a)), vault.backup(treeRequest(b))]);
    const again = await openAgain(folder);
    for (const { snapshot } of results) {
      const { checks } = await again.vault.verify({ snapshot, level: 'standard' });
      expect(checks.filter(({ passed }) => !passed)).toStrictEqual([]);
    }
  });
});
