import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { MusterError } from '../../../src/base/error.ts';
import { restoreSnapshot } from '../../../src/vault/restore/restore.ts';
import { compareTrees } from '../compare-trees.ts';
import { folderWith, noise, temporaryFolder, treeRequest } from '../place.ts';
import { newRemoteVault, openRemoteVault, unlike } from './remote-vault.ts';

const signal = new AbortController().signal;

function manyFiles(): string {
  const files = Array.from({ length: 60 }, (_, i) => [`f${i % 7}/file-${i}`, noise(300_000 + i) + String(i)] as const);
  return folderWith({ ...Object.fromEntries(files), large: noise(9_000_000), empty: '', deep: noise(100) });
}

describe('a restore from a remote store', () => {
  test('fetches the ranges that it needs many at once, few for many pieces, and threads write what is in them', async () => {
    const source = manyFiles();
    const { store, vault } = await newRemoteVault({ delay: 5 });
    const { snapshot } = await vault.backup(treeRequest(source));
    const { repository } = await openRemoteVault(store);
    store.takeCounts();
    store.mostAtOnce = 0;
    const target = temporaryFolder();
    const request = { snapshot, target, overwrite: 'never' } as const;
    const result = await restoreSnapshot({ repository, clock: systemClock, request, signal, threadsFrom: 0 });
    expect(result.faults).toStrictEqual([]);
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    expect(store.mostAtOnce).toBeGreaterThan(1);
    expect(store.mostAtOnce).toBeLessThanOrEqual(9);
    expect(store.takeCounts()['get data']).toBeLessThan(20);
  });

  test('tells what is lost, and restores the rest', async () => {
    const source = folderWith({ a: noise(400_000), b: 'b' });
    const { store, vault } = await newRemoteVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    const pack = [...store.objects].find(([name, { bytes }]) => name.startsWith('data/') && bytes.length > 100_000);
    store.objects.delete(pack?.[0] ?? '');
    const result = await vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' });
    expect(result.faults.map(({ kind }) => kind)).toStrictEqual(['damaged', 'damaged']);
  });

  test('ends with the fault of a store that can be reached no more', async () => {
    const source = manyFiles();
    const { store, vault } = await newRemoteVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    const gone = new MusterError('the network is gone', { code: 'storage-unreachable', retryable: true });
    let left = 1;
    store.fault = ({ kind, name }) =>
      kind === 'get' && name.startsWith('data/') && (left -= 1) < 0 ? gone : undefined;
    const restored = vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' });
    await expect(restored).rejects.toBe(gone);
  });
});

describe('a check of packs in a remote store', () => {
  test('downloads several at once into the threads, with bounded memory', async () => {
    const source = folderWith(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, unlike(i, 2 ** 22)])));
    const { store, vault, repository } = await newRemoteVault({ delay: 5 });
    for (let i = 0; i < 9; i += 1) await vault.backup(treeRequest(join(source, `f${i}`), { compression: 'off' }));
    store.mostAtOnce = 0;
    const packs = await repository.listIds('data');
    expect(await repository.checkPacks(packs)).toStrictEqual([]);
    expect(store.mostAtOnce).toBeGreaterThan(2);
    expect(store.mostBytes).toBeLessThan(80 * 2 ** 20);
    const [first] = [...store.objects].find(([name]) => name.startsWith('data/')) ?? [];
    const stored = store.objects.get(first ?? '');
    stored?.bytes.writeUInt8(stored.bytes.readUInt8(40) ^ 1, 40);
    expect(await repository.checkPacks(packs)).toHaveLength(1);
  });
});
