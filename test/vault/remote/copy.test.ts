import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { MusterError } from '../../../src/base/error.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import { createVault } from '../../../src/vault/open-vault.ts';
import { requireProgram } from '../../require.ts';
import { SlowStore } from '../../storage/slow-store.ts';
import { compareTrees } from '../compare-trees.ts';
import { passphrase } from '../open-again.ts';
import { folderWith, openAgain, restic, temporaryFolder, treeRequest } from '../place.ts';
import { newRemoteVault, openRemoteVault, unlike } from './remote-vault.ts';

const hasRestic = requireProgram('restic');

/** About 40 MB that does not compress to nothing, and small files. */
function sourceFolder(): string {
  const large = Array.from({ length: 8 }, (_, i) => [`large-${i}`, unlike(i, 6_000_000)] as const);
  const small = Array.from({ length: 200 }, (_, i) => [`d${i % 9}/small-${i}`, unlike(i + 10, i)] as const);
  return folderWith(Object.fromEntries([...large, ...small]));
}

function packNames(store: SlowStore): readonly string[] {
  return [...store.objects.keys()].filter((name) => name.startsWith('data/')).toSorted();
}

describe('copies between remote stores', () => {
  test('with another key: read ahead, sealed anew, uploaded several at once, all of it there', async () => {
    const source = sourceFolder();
    const [from, to] = [await newRemoteVault({ delay: 5 }), await newRemoteVault({ delay: 5 })];
    const { snapshot } = await from.vault.backup(treeRequest(source, { compression: 'off' }));
    from.store.mostAtOnce = 0;
    to.store.mostAtOnce = 0;
    const seen: (number | undefined)[] = [];
    const copy = await from.vault.copyTo(to.vault, snapshot, undefined, ({ bytesTotal, bytes }) => {
      expect(bytes).toBeLessThanOrEqual(bytesTotal ?? 0);
      seen.push(bytesTotal);
    });
    expect(seen.at(-1)).toBeGreaterThan(40_000_000);
    expect(from.store.mostAtOnce).toBeGreaterThan(2);
    expect(to.store.mostAtOnce).toBeGreaterThan(1);
    expect(from.store.mostBytes + to.store.mostBytes).toBeLessThan(200 * 2 ** 20);
    expect(packNames(to.store).some((name) => from.store.objects.has(name))).toBe(false);
    const again = await openRemoteVault(to.store);
    const target = temporaryFolder();
    const restored = await again.vault.restore({ snapshot: copy.snapshot, target, overwrite: 'never' });
    expect(restored.faults).toStrictEqual([]);
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    const checked = await again.vault.verify({ snapshot: copy.snapshot, level: 'thorough' });
    expect(checked.checks.filter(({ passed }) => !passed)).toStrictEqual([]);
  });

  test('with the same key: packs travel as they are, parts of them otherwise', async () => {
    const source = sourceFolder();
    const from = await newRemoteVault();
    const { snapshot } = await from.vault.backup(treeRequest(source, { compression: 'off' }));
    const store = new SlowStore();
    const to = await createVault({ store, passphrases: [passphrase], clock: systemClock, like: from.vault });
    await from.vault.copyTo(to, snapshot);
    const large = packNames(from.store).filter((name) => (from.store.objects.get(name)?.bytes.length ?? 0) > 2 ** 23);
    expect(large.length).toBeGreaterThan(1);
    for (const name of large)
      expect(store.objects.get(name)?.bytes.equals(from.store.objects.get(name)?.bytes ?? Buffer.of())).toBe(true);
    rmSync(join(source, 'large-3'));
    writeFileSync(join(source, 'd1/small-1'), 'changed');
    const second = await from.vault.backup(treeRequest(source, { parent: snapshot }));
    const copy = await from.vault.copyTo(to, second.snapshot);
    expect(copy.bytesStored).toBeLessThan(100_000);
    const checked = await to.verifyAll({});
    expect(checked.checks.filter(({ passed }) => !passed)).toStrictEqual([]);
    // The same borders: what the first target has is found when the second is backed up to.
    const direct = await to.backup(treeRequest(source));
    expect(direct.bytesNew).toBeLessThan(1000);
  });

  test.runIf(hasRestic)('restic finds nothing to complain about in a vault that is like another', async () => {
    const source = sourceFolder();
    const from = await newRemoteVault();
    const { snapshot } = await from.vault.backup(treeRequest(source, { compression: 'off' }));
    const folder = join(temporaryFolder(), 'vault');
    const store = openLocalStore({ folder });
    const to = await createVault({ store, passphrases: [passphrase], clock: systemClock, like: from.vault });
    await from.vault.copyTo(to, snapshot);
    await to.close();
    expect(restic(folder, 'check', '--read-data')).toContain('no errors were found');
    const again = await openAgain(folder);
    expect(await again.vault.snapshots()).toHaveLength(1);
  });

  test('a damaged pack is never passed on: what another place has of it is taken, or the copy fails', async () => {
    const source = sourceFolder();
    const from = await newRemoteVault();
    const { snapshot } = await from.vault.backup(treeRequest(source, { compression: 'off' }));
    for (const name of packNames(from.store)) {
      const bytes = from.store.objects.get(name)?.bytes;
      bytes?.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    }
    const store = new SlowStore();
    const to = await createVault({ store, passphrases: [passphrase], clock: systemClock, like: from.vault });
    await expect(from.vault.copyTo(to, snapshot)).rejects.toThrow(expect.objectContaining({ code: 'blob-damaged' }));
    expect(await to.snapshots()).toStrictEqual([]);
  });

  test('cut off in the middle, what arrived is found by the next', async () => {
    const source = sourceFolder();
    const [from, to] = [await newRemoteVault(), await newRemoteVault()];
    const { snapshot } = await from.vault.backup(treeRequest(source, { compression: 'off' }));
    const gone = new MusterError('the network is gone', { code: 'storage-unreachable', retryable: true });
    let puts = 0;
    to.store.fault = ({ kind, name }) =>
      kind === 'put' && name.startsWith('data/') && (puts += 1) > 1 ? gone : undefined;
    await expect(from.vault.copyTo(to.vault, snapshot)).rejects.toBe(gone);
    expect([...to.store.objects.keys()].filter((name) => /^(index|snapshots)\//.test(name))).toStrictEqual([]);
    to.store.fault = undefined;
    const copy = await from.vault.copyTo(to.vault, snapshot);
    const checked = await to.vault.verify({ snapshot: copy.snapshot, level: 'thorough' });
    expect(checked.checks.filter(({ passed }) => !passed)).toStrictEqual([]);
  });
});
