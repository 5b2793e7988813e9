import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RestoreResult } from '../../../src/vault/vault.ts';
import { factsOf } from '../compare-trees.ts';
import { craftSnapshot } from '../craft.ts';
import type { Crafted } from '../craft.ts';
import { isRoot, newVault, temporaryFolder } from '../place.ts';
import type { TestVault } from '../place.ts';

let place: string;
let target: string;
let outside: string;
let before: ReturnType<typeof factsOf>;
let tested: TestVault;

beforeEach(async () => {
  place = temporaryFolder();
  [target, outside] = [join(place, 'target'), join(place, 'outside')];
  mkdirSync(target);
  mkdirSync(outside);
  writeFileSync(join(outside, 'kept'), 'kept');
  before = factsOf(outside);
  tested = await newVault();
});

async function restore(entries: readonly Crafted[], include?: (path: string) => boolean): Promise<RestoreResult> {
  const snapshot = await craftSnapshot(tested.repository, entries);
  return await tested.vault.restore({ snapshot, target, overwrite: 'always', ...(include && { include }) });
}

/** Every path below the target. */
function written(): readonly string[] {
  return [...factsOf(target).keys()].slice(1);
}

describe('nothing is written outside the target', () => {
  test.each(['../outside/kept', '..', '.', '', '/', '/etc/x', 'a/b', 'a\0b', '../../../../../tmp/muster-escaped'])(
    'an entry called %j is refused, and the others come back',
    async (name) => {
      const entries = [
        { name, text: 'bad' },
        { name, entries: [{ name: 'x', text: 'bad' }] },
        { name: 'good', text: 'ok' },
      ];
      const { faults, files } = await restore(entries);
      expect(faults.map(({ kind }) => kind)).toStrictEqual(['refused', 'refused']);
      expect([files, written()]).toStrictEqual([1, ['./good']]);
      expect(factsOf(outside)).toStrictEqual(before);
    },
  );

  test('a link and a folder of the same name: the second is refused', async () => {
    const link = { name: 'd', type: 'symlink', linkTarget: outside } as const;
    const { faults } = await restore([
      link,
      {
        name: 'd',
        entries: [
          { name: 'kept', text: 'bad' },
          { name: 'new', text: 'bad' },
        ],
      },
    ]);
    expect(faults).toMatchObject([{ path: '/d', kind: 'refused' }]);
    expect(factsOf(outside)).toStrictEqual(before);
  });

  test('a link and a file of the same name: the second is refused', async () => {
    const link = { name: 'f', type: 'symlink', linkTarget: join(outside, 'kept') } as const;
    const { faults } = await restore([link, { name: 'f', text: 'bad' }]);
    expect(faults).toMatchObject([{ path: '/f', kind: 'refused' }]);
    expect(factsOf(outside)).toStrictEqual(before);
  });

  test('links that stand in the target are replaced, not followed', async () => {
    symlinkSync(outside, join(target, 'folder'));
    symlinkSync(join(outside, 'kept'), join(target, 'file'));
    symlinkSync(join(outside, 'new'), join(target, 'dangling'));
    const { faults } = await restore([
      { name: 'dangling', text: 'good' },
      { name: 'file', text: 'good' },
      { name: 'folder', entries: [{ name: 'kept', text: 'good' }] },
    ]);
    expect(faults).toStrictEqual([]);
    expect(factsOf(outside)).toStrictEqual(before);
    expect(written()).toStrictEqual(['./dangling', './file', './folder', './folder/kept']);
    expect(readFileSync(join(target, 'folder/kept'), 'utf8')).toBe('good');
  });

  test('a folder that becomes a link in the middle of the restore', async () => {
    // `include` is asked for each entry just before it is written; the folder is there by then.
    let swapped = 0;
    const include = (path: string): boolean => {
      if (path !== '/d/b' || !existsSync(join(target, 'd'))) return true;
      swapped += 1;
      renameSync(join(target, 'd'), join(place, 'moved'));
      symlinkSync(outside, join(target, 'd'));
      return true;
    };
    const entries = [
      { name: 'a', text: 'a' },
      { name: 'b', text: 'b' },
      { name: 'e', entries: [{ name: 'kept', text: 'bad' }] },
    ];
    await restore([{ name: 'd', entries }], include);
    expect(swapped).toBe(1);
    expect(factsOf(outside)).toStrictEqual(before);
    expect([...factsOf(join(place, 'moved')).keys()]).toStrictEqual(['.', './a', './b', './e', './e/kept']);
  });

  test('a hard link is only made to what this restore wrote', async () => {
    const same = { inode: 7n, deviceId: 7n, links: 3 };
    const swap = (path: string): boolean => {
      if (path !== '/b' || written().length === 0) return true;
      renameSync(join(target, 'a'), join(place, 'moved'));
      symlinkSync(join(outside, 'kept'), join(target, 'a'));
      return true;
    };
    const entries = [
      { name: 'a', text: 'x', ...same },
      { name: 'b', text: 'x', ...same },
    ];
    const { faults, files } = await restore([...entries, { name: 'c', text: 'other', ...same }], swap);
    expect([faults, files]).toStrictEqual([[], 3]);
    expect(readFileSync(join(target, 'b'), 'utf8')).toBe('x');
    expect(readFileSync(join(target, 'c'), 'utf8')).toBe('other');
    expect(factsOf(outside)).toStrictEqual(before);
  });

  test('a link with an impossible target, and types that are not known', async () => {
    const { faults } = await restore([
      { name: 'empty', type: 'symlink', linkTarget: '' },
      { name: 'long', type: 'symlink', linkTarget: 'x'.repeat(5000) },
      { name: 'nul', type: 'symlink', linkTarget: 'a\0b' },
      { name: 'odd', type: 'other' },
      { name: 'socket', type: 'socket' },
      { name: 'x'.repeat(256), text: 'long' },
    ]);
    expect(faults.map(({ path, kind }) => [path.slice(0, 6), kind])).toStrictEqual([
      ['/empty', 'refused'],
      ['/long', 'refused'],
      ['/nul', 'refused'],
      ['/odd', 'refused'],
      ['/xxxxx', 'refused'],
    ]);
    expect(written()).toStrictEqual([]);
  });

  test.runIf(isRoot)('owners and modes beyond all bounds are faults of the entry', async () => {
    const { faults } = await restore([{ name: 'a', text: 'x', uid: 2 ** 40, mode: 2 ** 50 + 0o600 }]);
    expect(faults).toMatchObject([{ path: '/a', kind: 'metadata' }]);
    expect(written()).toStrictEqual(['./a']);
  });

  test('a size that is not that of the chunks', async () => {
    const { faults } = await restore([{ name: 'a', text: 'short', size: 2 ** 50 }]);
    expect(faults).toMatchObject([{ path: '/a', kind: 'damaged' }]);
    expect(written()).toStrictEqual([]);
  });

  test('listing stops at an unsafe name instead of passing it on', async () => {
    const snapshot = await craftSnapshot(tested.repository, [
      { name: 'a', text: 'x' },
      { name: '../b', text: 'x' },
    ]);
    const seen: string[] = [];
    const list = async (): Promise<void> => {
      for await (const { path } of tested.vault.entries(snapshot)) seen.push(path);
    };
    await expect(list()).rejects.toThrow(expect.objectContaining({ code: 'tree-unsafe' }));
    expect(seen).toStrictEqual(['/a']);
  });
});

test('a snapshot that was taken over paths of its own choice can not lead out of another target', async () => {
  symlinkSync(outside, join(target, 'a'));
  const entries = [{ name: 'a', entries: [{ name: 'b', entries: [{ name: 'kept', text: 'bad' }] }] }];
  const snapshot = await craftSnapshot(tested.repository, entries, ['/a/b']);
  await tested.vault.restore({ snapshot, target, overwrite: 'always' });
  expect(factsOf(outside)).toStrictEqual(before);
});
