import { execFileSync } from 'node:child_process';
import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTree } from '../../../src/vault/tree/load.ts';
import { treesOf } from '../../../src/vault/tree/survey-tree.ts';
import { folderWith, newVault, treeRequest } from '../place.ts';
import type { TestVault } from '../place.ts';

/** Names that look like the borders of nodes, and contents of no, one and several chunks. */
const files = {
  plain: 'one',
  empty: '',
  '},{"name":"x","type":"file"': 'two',
  '","type":"file': 'three',
  'back\\slash': 'four',
  'caf\u00c3\u00a9 \u00ff\n': 'five',
  large: Buffer.alloc(3_000_000, 'abcdefg').toString('latin1'),
  'folder/inner': 'six',
};

async function treesIn({ vault, repository }: TestVault, snapshot: string): Promise<ReadonlyMap<string, string>> {
  const trees = new Map<string, string>();
  const { tree } = await vault.snapshot(snapshot);
  for await (const { id, path } of treesOf(repository, tree)) trees.set(path, id);
  return trees;
}

describe('against the parent snapshot', () => {
  test('every name is found, nothing is read again, and the trees are the same', async () => {
    const source = folderWith(files);
    const place = await newVault();
    const first = await place.vault.backup(treeRequest(source));
    const second = await place.vault.backup(treeRequest(source, { parent: first.snapshot }));
    expect(second).toMatchObject({ bytesRead: 0, filesUnmodified: 8, filesNew: 0, filesChanged: 0, faults: [] });
    expect(second.bytesTotal).toBe(first.bytesTotal);
    const [before, after] = [await treesIn(place, first.snapshot), await treesIn(place, second.snapshot)];
    expect(after.get(source)).toBe(before.get(source));
  });

  test('what changed of a file besides its content is in the new node', async () => {
    const source = folderWith({ a: 'x', b: 'x' });
    const place = await newVault();
    const { snapshot: parent } = await place.vault.backup(treeRequest(source));
    chmodSync(join(source, 'a'), 0o751);
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'hello', join(source, 'b')]);
    const { snapshot } = await place.vault.backup(treeRequest(source, { parent }));
    const tree = (await treesIn(place, snapshot)).get(source) ?? '';
    const nodes = await loadTree(place.repository, tree);
    expect(nodes).toMatchObject([{ mode: 0o751 }, { attributes: [{ name: 'user.note' }] }]);
    // And with attributes in the list of the parent, too.
    const third = await place.vault.backup(treeRequest(source, { parent: snapshot }));
    expect(third).toMatchObject({ bytesRead: 0, filesUnmodified: 2 });
    expect((await treesIn(place, third.snapshot)).get(source)).toBe(tree);
  });

  test('a file of another time is read, one in another zone is not', async () => {
    const source = folderWith({ a: 'x', b: 'x' });
    const { vault } = await newVault();
    const { snapshot: parent } = await vault.backup(treeRequest(source));
    writeFileSync(join(source, 'a'), 'y');
    utimesSync(join(source, 'a'), 1000, 1000);
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Europe/Berlin';
    try {
      const result = await vault.backup(treeRequest(source, { parent }));
      expect(result).toMatchObject({ bytesRead: 1, filesUnmodified: 1, filesChanged: 1 });
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
