import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBytePath } from '../../src/base/capture.ts';
import type { Repository } from '../../src/vault/repository.ts';
import { loadTree } from '../../src/vault/tree/load.ts';
import type { Snapshot } from '../../src/vault/vault.ts';
import { requireProgram } from '../require.ts';
import { compareTrees, factsOf } from './compare-trees.ts';
import { makeEdgeTree } from './edge-tree.ts';
import { newVault, openAgain, restic, temporaryFolder, treeRequest } from './place.ts';
import type { TestVault } from './place.ts';

const hasPrograms = requireProgram('restic') && requireProgram('setfattr', ['--version']);

describe.runIf(hasPrograms)('restic and muster on the same tree', () => {
  const place = temporaryFolder();
  const source = join(place, 'source');
  const theirs = join(place, 'made by restic');
  let ours: TestVault;
  let snapshot: string;

  beforeAll(async () => {
    mkdirSync(source);
    await makeEdgeTree(source);
    ours = await newVault();
    const result = await ours.vault.backup(treeRequest(source, { tags: ['muster:system=files', 'a <b> & c'] }));
    snapshot = result.snapshot;
    restic(theirs, 'init');
    restic(theirs, 'backup', source);
  });

  test('the whole tree was read without a fault', async () => {
    const again = await ours.vault.backup(treeRequest(source));
    expect(again.faults).toStrictEqual([]);
    // No more than the folders above, whose times other programs change.
    expect(again.bytesStored).toBeLessThan(5000);
  });

  test('restic finds nothing to complain about in our vault', () => {
    expect(restic(ours.folder, 'check', '--read-data')).toContain('no errors were found');
    expect(restic(ours.folder, 'list', 'locks')).toBe('');
  });

  test('restic shows our snapshot with its paths and tags', () => {
    const [shown] = JSON.parse(restic(ours.folder, 'snapshots', '--json', snapshot)) as unknown[];
    expect(shown).toMatchObject({ id: snapshot, paths: [source], tags: ['muster:system=files', 'a <b> & c'] });
  });

  test('restic restores our snapshot to the same tree', () => {
    const target = join(place, 'by restic');
    restic(ours.folder, 'restore', snapshot, '--target', target);
    expect(compareTrees(source, join(target, source))).toStrictEqual([`"./socket that stays": ${socketFacts(source)}`]);
  });

  test('restic finds everything unmodified, and has nothing to add but folders above', () => {
    restic(ours.folder, 'backup', source);
    const added = restic(ours.folder, 'backup', source, '--json').trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(added)).toMatchObject({ files_new: 0, files_changed: 0, data_blobs: 0 });
  });

  test('our backup in a repository of restic makes the same trees and adds no data', async () => {
    const { repository, vault } = await openAgain(theirs);
    const [made] = await vault.snapshots();
    const before = dataBlobs(theirs);
    const result = await vault.backup(treeRequest(source));
    expect(result.bytesRead).toBeGreaterThan(1_000_000);
    expect(dataBlobs(theirs)).toStrictEqual(before);
    const own = await vault.snapshot(result.snapshot);
    expect(await treeAt(repository, own, source)).toBe(await treeAt(repository, made, source));
    expect(restic(theirs, 'check', '--read-data')).toContain('no errors were found');
  });

  test('our backup on top of one of restic reads nothing', async () => {
    const { vault } = await openAgain(theirs);
    const [made] = await vault.snapshots();
    expect(await vault.backup(treeRequest(source, { parent: made?.id }))).toMatchObject({ bytesRead: 0, faults: [] });
  });

  test('we restore a snapshot of restic to the same tree', async () => {
    const { vault } = await openAgain(theirs);
    const [made] = await vault.snapshots();
    const target = join(place, 'theirs by us');
    const result = await vault.restore({ snapshot: made?.id ?? '', target: toBytePath(target), overwrite: 'never' });
    expect(result.faults).toStrictEqual([]);
    expect(compareTrees(source, join(target, source))).toStrictEqual([`"./socket that stays": ${socketFacts(source)}`]);
  });

  test('we restore our own snapshot to the same tree', async () => {
    const target = join(place, 'ours by us');
    const result = await ours.vault.restore({ snapshot, target: toBytePath(target), overwrite: 'never' });
    expect(result.faults).toStrictEqual([]);
    expect(compareTrees(source, join(target, source))).toStrictEqual([`"./socket that stays": ${socketFacts(source)}`]);
  });

  test('the trees are the same in another time zone', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Europe/Berlin';
    try {
      restic(theirs, 'backup', source, '--tag', 'berlin');
      const { repository, vault } = await openAgain(theirs);
      const made = (await vault.snapshots()).find(({ tags }) => tags.includes('berlin'));
      const own = await vault.snapshot((await vault.backup(treeRequest(source))).snapshot);
      expect(await treeAt(repository, own, source)).toBe(await treeAt(repository, made, source));
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  test('restic prunes and rebuilds the index of our vault', async () => {
    const { folder, vault } = await newVault();
    const first = await vault.backup(treeRequest(source));
    await vault.backup(treeRequest(source, { parent: first.snapshot }));
    restic(folder, 'rebuild-index');
    restic(folder, 'forget', '--keep-last', '1', '--prune');
    expect(restic(folder, 'check', '--read-data')).toContain('no errors were found');
  });
});

/** Sockets are in no backup. */
function socketFacts(source: string): string {
  return `${factsOf(source).get('./socket that stays')} / nothing`;
}

function dataBlobs(folder: string): readonly string[] {
  const lines = restic(folder, 'list', 'blobs').split('\n');
  return lines.filter((line) => line.startsWith('data ')).sort();
}

/** Id of the tree at a path of a snapshot. */
async function treeAt(repository: Repository, snapshot: Snapshot | undefined, path: string): Promise<string> {
  let id = snapshot?.tree ?? '';
  for (const name of path.split('/').filter(Boolean)) {
    id = (await loadTree(repository, id)).find((node) => node.name === name)?.subtree ?? '';
  }
  return id;
}
