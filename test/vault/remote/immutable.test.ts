import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toBytePath } from '../../../src/base/capture.ts';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createRepository } from '../../../src/vault/create.ts';
import { openRepository } from '../../../src/vault/open.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { compareTrees } from '../compare-trees.ts';
import { passphrase } from '../open-again.ts';
import { folderWith, temporaryFolder, treeRequest } from '../place.ts';
import { LockingStore } from './locking-store.ts';
import { unlike } from './remote-vault.ts';

const day = 86_400_000;

function clockOf(store: LockingStore): Clock {
  return { ...systemClock, now: () => store.now };
}

async function lockingVault(): Promise<{ readonly store: LockingStore; readonly vault: Vault }> {
  const store = new LockingStore();
  const clock = clockOf(store);
  const repository = await createRepository({ store: store.remembering(), passphrases: [passphrase], clock });
  return { store, vault: vaultOn(repository, clock) };
}

/** As a process sees it that remembers nothing. */
async function opened(store: LockingStore): Promise<Vault> {
  const clock = clockOf(store);
  return vaultOn(await openRepository({ store: store.remembering(), passphrase, clock }), clock);
}

/** Names of what ends before that. */
function shorter(store: LockingStore, until: number): readonly string[] {
  return [...store.objects.keys()].filter((name) => !name.startsWith('locks/') && (store.ends.get(name) ?? 0) < until);
}

describe('locks in an immutable store', () => {
  test('last from the end of a backup, and cost no request where they do already', async () => {
    const { store, vault } = await lockingVault();
    const { snapshot } = await vault.backup(treeRequest(folderWith({ a: unlike(1, 100_000) })));
    const done = await vault.protect(snapshot);
    expect(done).toMatchObject({ objects: 6, extended: 0 });
    expect([store.asked, shorter(store, store.now + 30 * day)]).toEqual([0, []]);
    expect((await vault.verify({ snapshot, level: 'standard' })).checks).toContainEqual(
      expect.objectContaining({ name: 'locks', passed: true }),
    );
  });

  test('grow with each backup that needs an object again, every few days only', async () => {
    const { store, vault } = await lockingVault();
    const path = folderWith({ a: unlike(1, 100_000) });
    // Below `/`: the folder for temporary files, which others change, is no part of it then.
    const roots = [{ kind: 'tree', path: toBytePath(path), as: '/source', excluded: () => false } as const];
    const extended: number[] = [];
    for (let days = 0; days < 12; days += 1) {
      const { snapshot } = await vault.backup({ ...treeRequest(path), roots, time: store.now });
      extended.push((await vault.protect(snapshot))?.extended ?? -1);
      const missing = shorter(store, store.now + 30 * day).filter((name) => /^(?:config|keys|data)/.test(name));
      expect(missing).toEqual([]);
      store.now += day;
    }
    expect(extended.filter((count) => count > 0).length).toBeLessThanOrEqual(4);
  });

  test('last as long as promised by the clock of the store, also where that is ahead of this host', async () => {
    const { store, vault } = await lockingVault();
    store.skew = 6 * day;
    const { snapshot } = await vault.backup(treeRequest(folderWith({ a: unlike(1, 100_000) })));
    expect(await vault.protect(snapshot)).toMatchObject({ extended: 6 });
    expect(shorter(store, store.now + 36 * day)).toEqual([]);
  });

  test('that are shorter than promised are found by a check', async () => {
    const { store, vault } = await lockingVault();
    const { snapshot } = await vault.backup(treeRequest(folderWith({ a: unlike(1, 100_000) })));
    const pack = [...store.objects.keys()].find((name) => name.startsWith('data/')) ?? '';
    store.ends.delete(pack);
    const { checks } = await vault.verify({ snapshot, level: 'standard' });
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'locks',
        passed: false,
        detail: expect.stringContaining(`${pack} is not locked`) as unknown,
      }),
    );
    expect(await vault.protect(snapshot)).toMatchObject({ extended: 1 });
  });

  test('keep backups and packs from a prune, which says until when; nothing in them is copied; later all of it goes', async () => {
    const { store, vault } = await lockingVault();
    const first = await vault.backup(treeRequest(folderWith({ a: unlike(1, 3_000_000), b: unlike(2, 3_000_000) })));
    const source = folderWith({ a: unlike(1, 3_000_000) });
    const second = await vault.backup(treeRequest(source));
    await vault.protect(second.snapshot);
    const refused = await vault.forget({ snapshots: [first.snapshot], last: 'remove' });
    expect(refused).toMatchObject({ removed: [], locked: [{ id: first.snapshot }] });

    store.ends.delete(`snapshots/${first.snapshot}`);
    const later = await opened(store);
    await later.forget({ snapshots: [first.snapshot], last: 'remove' });
    const estimate = await later.prune({ mode: 'plan', maxUnused: 0 });
    const pruned = await later.prune({ mode: 'apply', maxUnused: 0 });
    for (const { locked, packs, bytesFreed } of [estimate, pruned])
      expect([locked.packs > 0, (locked.until ?? 0) > store.now + 30 * day, packs.repacked, bytesFreed]).toEqual([
        true,
        true,
        0,
        0,
      ]);
    expect((await later.verifyAll({})).checks.filter(({ passed }) => !passed)).toEqual([]);

    store.now += 40 * day;
    await later.prune({ mode: 'apply', maxUnused: 0 });
    const last = await later.prune({ mode: 'apply', maxUnused: 0 });
    expect(last.locked.packs).toBe(0);
    expect((await later.verifyAll({})).checks.filter(({ passed }) => !passed)).toEqual([]);
    const target = temporaryFolder();
    await later.restore({ snapshot: second.snapshot, target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toEqual([]);
  });
});
