import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  chmodSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { compareTrees } from '../vault/compare-trees.ts';
import { craftSnapshot } from '../vault/craft.ts';
import { makeEdgeTree } from '../vault/edge-tree.ts';
import { passphrase } from '../vault/open-again.ts';
import { folderWith, newVault, noise, restic, temporaryFolder, treeRequest } from '../vault/place.ts';

const script = resolve(import.meta.dirname, '../../docs/rescue/rescue.mjs');

/** Runs the script as on a machine that has nothing else. */
function rescue(args: readonly string[], secret = passphrase) {
  const env = { ...process.env, RESTIC_PASSWORD: secret };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the rescue script', () => {
  test('is at most 150 lines of plain JavaScript that needs nothing but Node', () => {
    const text = readFileSync(script, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imported.every((name) => name?.startsWith('node:') || name === undefined)).toBe(true);
  });

  test('restores what muster backed up: content, names, links, permissions', async () => {
    const { folder, vault } = await newVault();
    const source = folderWith({ 'a.txt': 'hello', 'deep/er/b.bin': noise(3_000_000), empty: '', 'na"me\\\n': 'odd' });
    chmodSync(join(source, 'a.txt'), 0o640);
    for (const name of ['a.txt', 'deep/er/b.bin', 'deep/er', 'deep', 'empty', 'na"me\\\n', ''])
      utimesSync(join(source, name), 1_700_000_000, 1_700_000_000);
    const { snapshot } = await vault.backup(treeRequest(source, { tags: ['muster:system=web'] }));
    const target = join(temporaryFolder(), 'out');
    expect(rescue([folder]).stdout).toContain(`["${snapshot.slice(0, 8)}"`);
    expect(rescue([folder]).stdout).toContain('muster:system=web');
    expect(rescue([folder, snapshot.slice(0, 10), target])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
  });

  test('reads the passphrase from its input where the environment has none', async () => {
    const { folder, vault } = await newVault();
    await vault.backup(treeRequest(folderWith({ a: 'hello' })));
    const { RESTIC_PASSWORD: _, ...env } = process.env;
    const options = { env, input: `${passphrase}\n`, encoding: 'utf8' } as const;
    expect(spawnSync(process.execPath, [script, folder], options).stdout.split('\n')).toHaveLength(2);
  });

  test('refuses a wrong passphrase, an unknown snapshot, and a folder that holds something', async () => {
    const { folder, vault } = await newVault();
    await vault.backup(treeRequest(folderWith({ a: 'hello' })));
    const target = folderWith({ precious: 'mine' });
    expect(rescue([folder], 'wrong')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('opens no key slot'),
    });
    expect(rescue([folder, 'ffff', join(target, 'x')]).status).toBe(1);
    expect(rescue([folder, 'latest', target])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not empty'),
    });
    expect(readdirSync(target)).toEqual(['precious']);
    expect(rescue([]).status).toBe(1);
  });

  test('nothing leads out of the folder', async () => {
    const { folder, repository } = await newVault();
    const outside = temporaryFolder();
    await craftSnapshot(repository, [
      { name: '..', entries: [{ name: 'evil', text: 'x' }] },
      { name: '.', entries: [{ name: 'evil', text: 'x' }] },
      { name: '../evil', text: 'x' },
      { name: `${outside}/evil`, text: 'x' },
      { name: '', text: 'x' },
      { name: 'nul\0', text: 'x' },
      { name: 'door', type: 'symlink', linkTarget: outside },
      { name: 'door', entries: [{ name: 'evil', text: 'x' }] },
      { name: 'window', type: 'symlink', linkTarget: join(outside, 'evil') },
      { name: 'window', text: 'x' },
      { name: 'good', text: 'kept' },
    ]);
    const parent = temporaryFolder();
    const target = join(parent, 'out');
    const { status, stderr } = rescue([folder, 'latest', target]);
    expect(status).toBe(3);
    expect(stderr.split('\n').filter((line) => line.startsWith('missing: '))).toHaveLength(8);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(parent)).toEqual(['out']);
    expect(readdirSync(target).toSorted()).toEqual(['door', 'good', 'window']);
    expect(readFileSync(join(target, 'good'), 'utf8')).toBe('kept');
  });

  test('a damaged piece is listed and leaves no half file; the rest comes back', async () => {
    const { folder, repository, vault } = await newVault();
    const source = folderWith({ 'a.bin': noise(2_000_000), 'b.txt': 'fine' });
    await vault.backup(treeRequest(source));
    const pieces = [...repository.packs()].flatMap(({ blobs }) => blobs.filter(({ type }) => type === 'data'));
    const largest = pieces.toSorted((x, y) => y.length - x.length)[0];
    if (largest === undefined) throw new Error('there is no piece of a file');
    const path = join(folder, 'data', largest.pack.slice(0, 2), largest.pack);
    chmodSync(path, 0o600);
    const bytes = readFileSync(path);
    bytes[largest.offset + 100] = (bytes[largest.offset + 100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const target = join(temporaryFolder(), 'out');
    const { status, stderr } = rescue([folder, 'latest', target]);
    expect(status).toBe(3);
    expect(stderr).toContain('a.bin');
    expect(readdirSync(join(target, source))).toEqual(['b.txt']);
  });

  test('a snapshot file that was cut off is named', async () => {
    const { folder, vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(folderWith({ a: 'hello' })));
    const path = join(folder, 'snapshots', snapshot);
    chmodSync(path, 0o600);
    truncateSync(path, 40);
    expect(rescue([folder])).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('is damaged') });
  });

  describe.runIf(requireProgram('restic') && requireProgram('setfattr', ['--version']))(
    'with repositories of restic',
    () => {
      test.each(['1', '2'])('restores what restic %s backed up', async (version) => {
        const place = temporaryFolder();
        const source = join(place, 'source');
        mkdirSync(source);
        await makeEdgeTree(source);
        const repository = join(place, 'repository');
        restic(repository, 'init', '--repository-version', version);
        restic(repository, 'backup', source);
        const [ours, theirs] = [join(place, 'ours'), join(place, 'theirs')];
        restic(repository, 'restore', 'latest', '--target', theirs);
        const { stderr } = rescue([repository, 'latest', ours]);
        expect(stderr.split('\n').filter((line) => line !== '' && !/is not restored/.test(line))).toEqual([]);
        expect(contentsBelow(join(ours, source))).toEqual(contentsBelow(join(theirs, source)));
        rmSync(ours, { recursive: true });
        expect(existsSync(theirs)).toBe(true);
      });
    },
  );
});

/** Every regular file and folder below a folder, by its name's bytes, with the content of files. */
function contentsBelow(folder: string): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(Buffer.from(path, 'latin1'), { withFileTypes: true, encoding: 'buffer' })) {
      const child = `${path}/${entry.name.toString('latin1')}`;
      if (entry.isFile())
        found.push(`${child.slice(folder.length)} ${readFileSync(Buffer.from(child, 'latin1'), 'base64')}`);
      if (entry.isDirectory()) {
        found.push(child.slice(folder.length));
        visit(child);
      }
    }
  };
  visit(folder);
  return found.toSorted();
}
