import { appendFileSync, linkSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotJson } from '../../../src/vault/snapshot.ts';
import { treesOf } from '../../../src/vault/tree/survey-tree.ts';
import { contentOf, folderWith, newVault, noise, treeRequest } from '../place.ts';

const megabytes = noise(3_000_000);

describe('what changed is read', () => {
  test('an unchanged tree is not read again, and has the same tree', async () => {
    const source = folderWith({ a: 'one', 'b/c': 'two', 'b/empty': '' });
    const { vault } = await newVault();
    const first = await vault.backup(treeRequest(source));
    expect(first).toMatchObject({ files: 3, bytesTotal: 6, bytesRead: 6, faults: [] });
    const second = await vault.backup(treeRequest(source, { parent: first.snapshot }));
    expect(second).toMatchObject({ files: 3, folders: first.folders, bytesTotal: 6, bytesRead: 0, faults: [] });
    expect((await vault.snapshot(second.snapshot)).parent).toBe(first.snapshot);
  });

  test.each<[string, (path: string) => void]>([
    ['written with another size', (path) => appendFileSync(path, 'x')],
    ['with another time', (path) => utimesSync(path, 1, 1)],
    [
      'replaced by one of the same size and time',
      (path) => {
        writeFileSync(`${path}.new`, 'eno');
        utimesSync(`${path}.new`, 1000, 1000);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'written in place with its time set back',
      (path) => {
        writeFileSync(path, 'eno');
        utimesSync(path, 1000, 1000);
      },
    ],
  ])('a file %s is read', async (_, change) => {
    const source = folderWith({ a: 'one', b: 'two' });
    utimesSync(join(source, 'a'), 1000, 1000);
    const { vault } = await newVault();
    const { snapshot: parent } = await vault.backup(treeRequest(source));
    change(join(source, 'a'));
    const { snapshot, bytesRead } = await vault.backup(treeRequest(source, { parent }));
    expect(bytesRead).toBe(statSync(join(source, 'a')).size);
    expect(await contentOf(vault, snapshot, join(source, 'a'))).toBe(readFileSync(join(source, 'a'), 'latin1'));
  });

  test('a file with several names is read once', async () => {
    const source = folderWith({ a: megabytes });
    linkSync(join(source, 'a'), join(source, 'b'));
    linkSync(join(source, 'a'), join(source, 'c'));
    const { vault } = await newVault();
    const result = await vault.backup(treeRequest(source));
    expect(result).toMatchObject({ files: 3, bytesRead: megabytes.length, bytesTotal: 3 * megabytes.length });
  });

  test('a parent that is gone means that everything is read', async () => {
    const source = folderWith({ a: 'one' });
    const { vault } = await newVault();
    const result = await vault.backup(treeRequest(source, { parent: 'ab'.repeat(32) }));
    expect(result).toMatchObject({ bytesRead: 3, faults: [] });
    expect((await vault.snapshot(result.snapshot)).parent).toBeUndefined();
  });

  test('a parent whose data is not there means that the file is read', async () => {
    const source = folderWith({ a: 'one', b: 'two' });
    const [whole, bare] = [await newVault(), await newVault()];
    const { snapshot } = await whole.vault.backup(treeRequest(source));
    const { tree } = await whole.vault.snapshot(snapshot);
    for await (const { id } of treesOf(whole.repository, tree))
      await bare.repository.save('tree', await whole.repository.load('tree', id));
    const parent = await bare.repository.saveJson(
      'snapshots',
      snapshotJson({ time: 0, parent: undefined, tree, paths: [source], tags: [] }),
    );
    expect(await bare.vault.backup(treeRequest(source, { parent }))).toMatchObject({ bytesRead: 6, faults: [] });
  });

  test('a parent with a damaged tree means that everything is read', async () => {
    const source = folderWith({ a: 'one' });
    const { vault, repository } = await newVault();
    const { id: tree } = await repository.save('tree', Buffer.from('{"nodes":[{"name":5}]}'));
    const parent = await repository.saveJson(
      'snapshots',
      snapshotJson({ time: 0, parent: undefined, tree, paths: [source], tags: [] }),
    );
    expect(await vault.backup(treeRequest(source, { parent }))).toMatchObject({ bytesRead: 3, faults: [] });
  });
});
