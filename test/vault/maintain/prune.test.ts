import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../../require.ts';
import { folderWith, newVault, noise, openAgain, restic, temporaryFolder, treeRequest } from '../place.ts';
import { change, expectClean, numbers, Past } from './history.ts';

const hasRestic = requireProgram('restic');

describe.runIf(hasRestic)('prune', () => {
  test('frees what only a removed snapshot needed, and restic finds nothing to complain about', async () => {
    const source = folderWith({ 'a/x': noise(3_000_000), 'a/y': 'y' });
    const { folder, vault } = await newVault();
    const first = await vault.backup(treeRequest(source));
    rmSync(join(source, 'a/x'));
    const second = await vault.backup(treeRequest(source));
    const before = await vault.bytesUsed();
    expect(await vault.forget({ snapshots: [first.snapshot], last: 'keep' })).toStrictEqual({
      removed: [first.snapshot],
      missing: [],
      locked: [],
    });
    const plan = await vault.prune({ mode: 'plan' });
    expect(plan.bytesFreed).toBeGreaterThan(1_000_000);
    expect(await vault.bytesUsed()).toBeGreaterThan(before - 1000);
    const result = await vault.prune({ mode: 'apply' });
    expect(result.bytesFreed).toBeGreaterThan(1_000_000);
    expect(await vault.bytesUsed()).toBeLessThan(before - result.bytesFreed + 2000);
    expectClean(folder);
    const again = await vault.prune({ mode: 'apply' });
    expect(again).toMatchObject({ bytesFreed: 0, packs: { removed: 0, repacked: 0, strays: 0 } });
    const target = temporaryFolder();
    expect((await vault.restore({ snapshot: second.snapshot, target, overwrite: 'never' })).faults).toStrictEqual([]);
    expect(readdirSync(join(folder, 'locks'))).toStrictEqual([]);
  });

  test('random histories: what is kept stays as it was, whoever looks', { timeout: 120_000 }, async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const next = numbers(seed);
      const past = new Past(join(temporaryFolder(), 'source'));
      const { folder, vault } = await newVault();
      let kept: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        for (let i = 0; i <= next(3); i += 1) {
          change(past.source, next);
          const { snapshot } = await vault.backup(treeRequest(past.source, { parent: kept.at(-1) }));
          past.keep(snapshot);
          kept.push(snapshot);
        }
        const gone = kept.slice(0, -1).filter(() => next(2) === 0);
        kept = kept.filter((id) => !gone.includes(id));
        await vault.forget({ snapshots: gone, last: 'keep' });
        const maxUnused = next(2) === 0 ? 0 : 0.05;
        const result = await vault.prune({
          mode: 'apply',
          maxUnused,
          maxRepackBytes: next(3) === 0 ? 50_000 : undefined,
        });
        expect(result.missing).toBe(0);
        expectClean(folder);
        const other = await openAgain(folder);
        expect((await other.vault.snapshots()).map(({ id }) => id).sort()).toStrictEqual([...kept].sort());
      }
      for (const id of kept) expect(past.differences(folder, id)).toStrictEqual([]);
    }
  });

  test('a writer that has read the index before does not rely on what is gone', async () => {
    const source = folderWith({ x: noise(700_000) });
    const { folder, vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    const early = await openAgain(folder);
    const other = folderWith({ y: 'y' });
    await vault.backup(treeRequest(other));
    await vault.forget({ snapshots: [snapshot], last: 'remove' });
    await vault.prune({ mode: 'apply' });
    const again = await early.vault.backup(treeRequest(source));
    expect(again.bytesStored).toBeGreaterThan(300_000);
    expectClean(folder);
    const same = await vault.backup(treeRequest(source));
    expect(same.bytesStored).toBeLessThan(2000);
    expectClean(folder);
  });

  test('a reader that has read the index before finds what was moved', async () => {
    const source = folderWith({ x: noise(700_000), y: 'y' });
    const { folder, vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    rmSync(join(source, 'x'));
    const kept = await vault.backup(treeRequest(source));
    const early = await openAgain(folder);
    await vault.forget({ snapshots: [snapshot], last: 'keep' });
    await vault.prune({ mode: 'apply', maxUnused: 0 });
    const paths: string[] = [];
    for await (const { path } of early.vault.entries(kept.snapshot)) paths.push(path);
    expect(paths.at(-1)).toMatch(/\/y$/);
  });

  test('prunes what restic has made, and restic what muster has made', async () => {
    const source = folderWith({ x: noise(700_000), y: 'y' });
    const { folder, vault } = await newVault();
    restic(folder, 'backup', source);
    rmSync(join(source, 'x'));
    restic(folder, 'backup', source);
    const [first] = await vault.snapshots();
    await vault.forget({ snapshots: [first?.id ?? ''], last: 'keep' });
    expect((await vault.prune({ mode: 'apply', maxUnused: 0 })).bytesFreed).toBeGreaterThan(300_000);
    expectClean(folder);
    await vault.backup(treeRequest(source));
    restic(folder, 'forget', '--keep-last', '1', '--prune', '--max-unused', '0');
    expectClean(folder);
    expect(await vault.prune({ mode: 'apply' })).toMatchObject({ missing: 0, bytesFreed: 0 });
    expectClean(folder);
  });

  test('many small packs become few', async () => {
    const { folder, vault, repository } = await newVault();
    for (let i = 0; i < 12; i += 1) await vault.backup(treeRequest(folderWith({ f: `${i} ${noise(20_000)}` })));
    const before = [...repository.packs()].length;
    await vault.prune({ mode: 'apply' });
    expect([...repository.packs()].length).toBeLessThan(before / 4);
    expectClean(folder);
    expect(await vault.prune({ mode: 'apply' })).toMatchObject({ packs: { removed: 0, repacked: 0 } });
  });

  test('nothing is removed from a vault with a hole', async () => {
    const { folder, vault, repository } = await newVault();
    await vault.backup(treeRequest(folderWith({ f: noise(20_000) })));
    const { snapshot } = await vault.backup(treeRequest(folderWith({ g: noise(30_000) })));
    await vault.forget({ snapshots: [snapshot], last: 'remove' });
    const pack = [...repository.packs()].find(({ blobs }) => blobs[0]?.type === 'data');
    rmSync(join(folder, 'data', pack?.id.slice(0, 2) ?? '', pack?.id ?? ''));
    const { vault: again } = await openAgain(folder);
    await expect(again.prune({ mode: 'apply' })).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  test('the last snapshot of a system stays unless it is said otherwise', async () => {
    const { vault } = await newVault();
    const source = folderWith({ f: 'f' });
    const { snapshot } = await vault.backup(treeRequest(source, { tags: ['muster:system=a'] }));
    await vault.backup(treeRequest(source, { tags: ['muster:system=b'] }));
    const refused = vault.forget({ snapshots: [snapshot], last: 'keep' });
    await expect(refused).rejects.toMatchObject({ code: 'last-snapshot' });
    expect(await vault.snapshots()).toHaveLength(2);
    await vault.forget({ snapshots: [snapshot], last: 'remove' });
    expect(await vault.snapshots()).toHaveLength(1);
    const missing = await vault.forget({ snapshots: [snapshot], last: 'keep' });
    expect(missing).toStrictEqual({ removed: [], missing: [snapshot], locked: [] });
  });

  test('another’s lock keeps removal away', async () => {
    const { folder, vault } = await newVault();
    const { repository: other } = await openAgain(folder);
    const lock = await other.lock('shared');
    await expect(vault.prune({ mode: 'apply' })).rejects.toMatchObject({ code: 'vault-locked' });
    await expect(vault.forget({ snapshots: [], last: 'keep' })).rejects.toMatchObject({ code: 'vault-locked' });
    expect(await vault.prune({ mode: 'plan' })).toMatchObject({ bytesFreed: 0 });
    await lock.release();
    await vault.prune({ mode: 'apply' });
  });

  test('the index is made anew from the packs', async () => {
    const source = folderWith({ x: noise(700_000), y: 'y' });
    const { folder, vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    for (const name of readdirSync(join(folder, 'index'))) rmSync(join(folder, 'index', name));
    const { vault: again } = await openAgain(folder);
    expect(await again.rebuildIndex()).toMatchObject({ unreadable: [] });
    expectClean(folder);
    const target = temporaryFolder();
    expect((await again.restore({ snapshot, target, overwrite: 'never' })).faults).toStrictEqual([]);
  });
});
