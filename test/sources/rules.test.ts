import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBytePath } from '../../src/base/capture.ts';
import type { FilesSource } from '../../src/plan/model/system.ts';
import { filesSource } from '../../src/sources/files.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { requireProgram } from '../require.ts';
import { makeVault } from './round-trip.ts';

const tag = 'Signature: 8a477f597d28d172789f06886806bc55\n# made by a program\n';

let folder: string;
let vault: Vault;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-rules-'));
  vault = await makeVault(join(folder, 'vault'));
});
afterEach(async () => {
  await vault.close();
  rmSync(folder, { recursive: true });
});

/** Makes files below `data`: path, content. A path that ends with a slash is a folder. */
function make(files: Readonly<Record<string, string>>): string {
  const root = join(folder, 'data');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), content);
  }
  return root;
}

interface Stored {
  /** Paths below the root, in order. */
  readonly paths: readonly string[];
  readonly faults: readonly string[];
}

async function backUp(root: string, rules: Partial<FilesSource>): Promise<Stored> {
  const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
  const definition: FilesSource = { type: 'files', at, paths: [root], exclude: [], allowEmpty: false, ...rules };
  const signal = new AbortController().signal;
  const { roots, paths } = await filesSource.capture(definition, { scratch: folder, signal });
  const result = await vault.backup({ roots, paths, parent: undefined, time: Date.now(), tags: [] });
  const found: string[] = [];
  for await (const { path } of vault.entries(result.snapshot))
    if (path.startsWith(`${root}/`)) found.push(path.slice(root.length + 1));
  return {
    paths: found.toSorted(),
    faults: result.faults.map(({ path, detail }) => `${fromBytePath(path).slice(root.length)}: ${detail}`),
  };
}

describe('a .musterignore', () => {
  test('leaves out what it names in its folder and below, and nothing elsewhere', async () => {
    const root = make({
      '.musterignore': '# scratch files\n*.tmp\n\n/top-only\nbuild/\n',
      'a.tmp': '',
      'top-only': '',
      'web/top-only': '',
      'web/build/x': '',
      'web/deep/.musterignore': '*.log\r\nkeep me not \n',
      'web/deep/a.log': '',
      'web/deep/down/b.log': '',
      'web/deep/keep me not': '',
      'web/a.log': '',
    });
    const { paths, faults } = await backUp(root, {});
    expect(faults).toEqual([]);
    expect(paths).toEqual([
      '.musterignore',
      'web',
      'web/a.log',
      'web/deep',
      'web/deep/.musterignore',
      'web/deep/down',
      'web/top-only',
    ]);
  });

  test('with a line that cannot be used is told of, and the other lines count', async () => {
    const root = make({ 'web/.musterignore': '!keep\n*.tmp\n', 'web/keep': '', 'web/a.tmp': '' });
    const { paths, faults } = await backUp(root, {});
    expect(paths).toEqual(['web', 'web/.musterignore', 'web/keep']);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('/web: the pattern "!keep" of its .musterignore cannot be used: negation');
  });

  test('that is no file, or a link, or too large, leaves nothing out and is told of', async () => {
    const root = make({
      'folder/.musterignore/x': '',
      'link/a.tmp': '',
      rules: '*.tmp',
      'large/.musterignore': '#'.repeat(2_000_000),
    });
    symlinkSync('../rules', join(root, 'link/.musterignore'));
    const { paths, faults } = await backUp(root, {});
    expect(paths).toContain('folder/.musterignore/x');
    expect(paths).toContain('link/a.tmp');
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['/folder', '/large', '/link']);
  });

  test('cannot leave out what the plan names', async () => {
    const root = make({ '.musterignore': 'web\n', 'web/a': '', 'web/deep/b': '', 'web/deep/c/d': '' });
    const { paths } = await backUp(root, { paths: [root, join(root, 'web/deep')] });
    expect(paths).toEqual(['.musterignore', 'web', 'web/deep', 'web/deep/b', 'web/deep/c', 'web/deep/c/d']);
    const tagged = make({ '.nobackup': '' });
    const rules = { excludeIfPresent: ['.nobackup'], paths: [tagged, join(tagged, 'web/deep/c')] };
    expect((await backUp(tagged, rules)).paths).toEqual(['.nobackup', 'web', 'web/deep', 'web/deep/c', 'web/deep/c/d']);
  });
});

describe.runIf(requireProgram('git'))('git reads a .gitignore with the same lines', () => {
  test.each([
    ['a \n'],
    [String.raw`a\ ` + '\n'],
    [String.raw`a\  ` + '\n'],
    [String.raw`a\\ ` + '\n'],
    ['#a\n'],
    [String.raw`\#a` + '\n'],
    ['  a\n'],
    ['*.tmp\r\nb\r\n'],
    ['d/**\n'],
    ['d/*/a\n/a'],
  ])('%j', async (lines) => {
    const names = ['a', 'a ', '#a', '  a', 'b', 'x.tmp', 'a\\', 'd/a', 'd/e/a', 'd/e/f/a'];
    const root = make(Object.fromEntries([...names.map((name) => [name, '']), ['.musterignore', lines]]));
    writeFileSync(join(root, '.gitignore'), lines);
    execFileSync('git', ['init', '--quiet', root]);
    const left = execFileSync('git', [
      '-C',
      root,
      '-c',
      'core.quotePath=false',
      'ls-files',
      '-z',
      '--others',
      '--exclude-standard',
    ]);
    const files = left
      .toString()
      .split('\0')
      .filter((name) => name !== '' && !name.startsWith('.'));
    const { paths } = await backUp(root, { exclude: ['/.git'] });
    expect(paths.filter((path) => names.includes(path))).toEqual(files.toSorted());
  });
});

const isRoot = process.geteuid?.() === 0;
const hasRestic = requireProgram('restic');

describe.runIf(hasRestic)('restic leaves out the same', () => {
  test('of caches', async () => {
    const root = make({
      'cache/CACHEDIR.TAG': tag,
      'cache/deep/x': '',
      'cache/y': '',
      'fake/CACHEDIR.TAG': 'Signature: something else',
      'fake/z': '',
      'short/CACHEDIR.TAG': 'Sig',
      'short/z': '',
      'folder/CACHEDIR.TAG/z': '',
      'web/a': '',
    });
    const { paths } = await backUp(root, { excludeCaches: true });
    expect(paths).toEqual(resticPaths(root, '--exclude-caches'));
    expect(paths).toContain('cache/CACHEDIR.TAG');
    expect(paths).not.toContain('cache/y');
  });

  test('of folders with a file that says so', async () => {
    const root = make({
      'a/.nobackup': '',
      'a/b/c': '',
      'a/d': '',
      'both/.nobackup': '',
      'both/skip me': '',
      'both/x': '',
      'web/x.nobackup': '',
    });
    const { paths } = await backUp(root, { excludeIfPresent: ['.nobackup', 'skip me'] });
    expect(paths).toEqual(resticPaths(root, '--exclude-if-present', '.nobackup', '--exclude-if-present', 'skip me'));
    expect(paths).toEqual(['a', 'a/.nobackup', 'both', 'web', 'web/x.nobackup']);
  });

  test('of large files', async () => {
    const root = make({ 'a/large': 'x'.repeat(1025), 'a/just': 'x'.repeat(1024), b: '' });
    symlinkSync('a/large', join(root, 'link'));
    const { paths } = await backUp(root, { excludeLargerThan: 1024 });
    expect(paths).toEqual(resticPaths(root, '--exclude-larger-than', '1k'));
    expect(paths).toEqual(['a', 'a/just', 'b', 'link']);
  });

  test.runIf(isRoot)('of what is mounted below', async () => {
    const root = make({ 'web/a': '', 'mounted/': '', 'other/b': '' });
    const place = join(root, 'mounted');
    execFileSync('mount', ['-t', 'tmpfs', 'muster-test', place]);
    try {
      make({ 'mounted/deep/x': '', 'mounted/y': '' });
      const { paths } = await backUp(root, { oneFileSystem: true });
      expect(paths).toEqual(resticPaths(root, '--one-file-system'));
      expect(paths).toEqual(['mounted', 'other', 'other/b', 'web', 'web/a']);
      expect((await backUp(root, {})).paths).toContain('mounted/deep/x');
      // A path that the plan names itself is read, on whatever file system.
      expect((await backUp(root, { oneFileSystem: true, paths: [root, place] })).paths).toContain('mounted/deep/x');
    } finally {
      execFileSync('umount', [place]);
    }
  });
});

/** What restic stores of the tree with these flags, as `backUp` shows it. */
function resticPaths(root: string, ...flags: readonly string[]): readonly string[] {
  const env = { ...process.env, RESTIC_PASSWORD: 'x', RESTIC_REPOSITORY: join(folder, 'restic') };
  const run = (...args: readonly string[]): string =>
    execFileSync('restic', args, { env, encoding: 'utf8', stdio: 'pipe' });
  run('init', '--quiet');
  run('--no-cache', 'backup', '--quiet', ...flags, root);
  const lines = run('--no-cache', 'ls', '--quiet', 'latest').split('\n');
  return lines.flatMap((path) => (path.startsWith(`${root}/`) ? [path.slice(root.length + 1)] : [])).toSorted();
}
