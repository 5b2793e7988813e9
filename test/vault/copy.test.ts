import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { compareTrees } from './compare-trees.ts';
import { folderWith, newVault, noise, openAgain, restic, temporaryFolder, treeRequest } from './place.ts';

const hasRestic = requireProgram('restic');

describe('copies', () => {
  test('a snapshot comes with all it needs, and only what is missing is stored', async () => {
    const source = folderWith({ 'a/x': noise(2_000_000), 'a/y': 'y' });
    const [from, to] = [await newVault(), await newVault()];
    const first = await from.vault.backup(treeRequest(source, { tags: ['t'], time: 1_700_000_000_123 }));
    const copy = await from.vault.copyTo(to.vault, first.snapshot);
    expect(copy.bytesStored).toBeGreaterThan(1_000_000);
    const [there] = await to.vault.snapshots();
    const here = await from.vault.snapshot(first.snapshot);
    expect(there).toStrictEqual({ ...here, id: copy.snapshot, original: first.snapshot });
    const target = temporaryFolder();
    const again = await openAgain(to.folder);
    expect((await again.vault.restore({ snapshot: copy.snapshot, target, overwrite: 'never' })).faults).toStrictEqual(
      [],
    );
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    const second = await from.vault.backup(treeRequest(source, { parent: first.snapshot }));
    const next = await from.vault.copyTo(to.vault, second.snapshot);
    expect(next.bytesStored).toBeLessThan(2000);
    expect((await to.vault.snapshot(next.snapshot)).parent).toBeUndefined();
  });

  test.runIf(hasRestic)('restic finds nothing to complain about in a copy', async () => {
    const source = folderWith({ 'a/x': noise(2_000_000), 'a/y': 'y' });
    const [from, to] = [await newVault(), await newVault()];
    const { snapshot } = await from.vault.backup(treeRequest(source));
    await from.vault.copyTo(to.vault, snapshot);
    expect(restic(to.folder, 'check', '--read-data')).toContain('no errors were found');
  });

  test('a second copy finds the first, also over a third vault', async () => {
    const source = folderWith({ a: 'a' });
    const [a, b, c] = [await newVault(), await newVault(), await newVault()];
    const { snapshot } = await a.vault.backup(treeRequest(source));
    const copy = await a.vault.copyTo(b.vault, snapshot);
    expect(await a.vault.copyTo(b.vault, snapshot)).toStrictEqual({ snapshot: copy.snapshot, bytesStored: 0 });
    const far = await b.vault.copyTo(c.vault, copy.snapshot);
    expect((await c.vault.snapshot(far.snapshot)).original).toBe(snapshot);
    expect(await c.vault.copyTo(a.vault, far.snapshot)).toStrictEqual({ snapshot, bytesStored: 0 });
    expect(await b.vault.snapshots()).toHaveLength(1);
  });

  test('a copy that would have holes is none', async () => {
    const source = folderWith({ a: noise(1000) });
    const [from, to] = [await newVault(), await newVault()];
    const { snapshot } = await from.vault.backup(treeRequest(source));
    for (const { id, blobs } of from.repository.packs()) {
      if (blobs[0]?.type !== 'data') continue;
      chmodSync(join(from.folder, 'data', id.slice(0, 2)), 0o700);
      rmSync(join(from.folder, 'data', id.slice(0, 2), id));
    }
    const failed = from.vault.copyTo(to.vault, snapshot);
    await expect(failed).rejects.toThrow(expect.objectContaining({ code: 'blob-missing' }));
    expect(await to.vault.snapshots()).toStrictEqual([]);
    expect([await from.repository.listIds('locks'), await to.repository.listIds('locks')]).toStrictEqual([[], []]);
  });

  test('what came before a source failed is there when another one goes on', async () => {
    const all = noise(6_000_000);
    const source = folderWith({ a: all.slice(0, 3_000_000) });
    const [from, twin, to] = [await newVault(), await newVault(), await newVault()];
    await from.vault.backup(treeRequest(source));
    writeFileSync(join(source, 'b'), all.slice(3_000_000));
    const { snapshot } = await from.vault.backup(treeRequest(source));
    const copy = await from.vault.copyTo(twin.vault, snapshot);
    // They are read in this order.
    const packs = [...from.repository.packs()].filter(({ blobs }) => blobs[0]?.type === 'data');
    const [, last = ''] = packs.map(({ id }) => id).toSorted();
    rmSync(join(from.folder, 'data', last.slice(0, 2), last));
    await expect(from.vault.copyTo(to.vault, snapshot)).rejects.toMatchObject({ code: 'blob-missing' });
    const { bytesStored } = await twin.vault.copyTo(to.vault, copy.snapshot);
    expect([packs.length, bytesStored < copy.bytesStored * 0.7]).toStrictEqual([2, true]);
  });

  test('an abort leaves no snapshot', async () => {
    const source = folderWith({ a: 'a' });
    const [from, to] = [await newVault(), await newVault()];
    const { snapshot } = await from.vault.backup(treeRequest(source));
    const stopped = from.vault.copyTo(to.vault, snapshot, AbortSignal.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
    expect(await to.vault.snapshots()).toStrictEqual([]);
  });
});
