import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { MusterError } from '../../../src/base/error.ts';
import type { ObjectArchive, ObjectInfo } from '../../../src/storage/store.ts';
import { defaultRetry } from '../../../src/storage/wrap/tries.ts';
import { wrapStore } from '../../../src/storage/wrap/wrap.ts';
import type { TransferProgress } from '../../../src/vault/vault.ts';
import { createRepository } from '../../../src/vault/create.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import { SlowStore } from '../../storage/slow-store.ts';
import { compareTrees } from '../compare-trees.ts';
import { passphrase } from '../open-again.ts';
import { folderWith, temporaryFolder, treeRequest } from '../place.ts';
import { newRemoteVault, newVaultIn, openRemoteVault, unlike } from './remote-vault.ts';

const gone = new MusterError('the network is gone', { code: 'storage-unreachable', retryable: true });
const impatient: Clock = { ...systemClock, sleep: async () => await Promise.resolve() };

function sourceFolder(): string {
  const large = Array.from({ length: 10 }, (_, i) => [`large-${i}`, unlike(i, 6_000_000)] as const);
  const small = Array.from({ length: 50 }, (_, i) => [`d${i % 5}/small-${i}`, unlike(i + 20, 100 + i)] as const);
  return folderWith(Object.fromEntries([...large, ...small]));
}

function names(store: SlowStore, prefix: string): readonly string[] {
  return [...store.objects.keys()].filter((name) => name.startsWith(prefix));
}

describe('a backup to a remote store', () => {
  test('uploads several packs at once, with bounded memory, and what names them last', async () => {
    const { store, vault } = await newRemoteVault({ delay: 20 });
    store.mostAtOnce = 0;
    store.requests = [];
    await vault.backup(treeRequest(sourceFolder(), { compression: 'off' }));
    expect(store.mostAtOnce).toBeGreaterThan(1);
    expect(store.mostBytes).toBeLessThan(9 * 20 * 2 ** 20);
    const puts = store.requests.filter(({ kind }) => kind === 'put').map(({ name }) => name.split('/')[0]);
    expect(puts.filter((kind) => kind === 'data').length).toBeGreaterThan(3);
    expect(puts.slice(-2)).toStrictEqual(['index', 'snapshots']);
  });

  test.each(['data', 'index', 'snapshots'])(
    'that loses its store at %s records nothing, and says so once',
    async (at) => {
      const source = sourceFolder();
      const { store, vault } = await newRemoteVault();
      store.fault = ({ kind, name }) => (kind === 'put' && name.startsWith(at) ? gone : undefined);
      await expect(vault.backup(treeRequest(source))).rejects.toBe(gone);
      expect(names(store, 'snapshots/')).toStrictEqual([]);
      store.fault = undefined;
      const { snapshot } = await vault.backup(treeRequest(source));
      const { checks } = await (await openRemoteVault(store)).vault.verify({ snapshot, level: 'thorough' });
      expect(checks.filter(({ passed }) => !passed)).toStrictEqual([]);
    },
  );

  test('one request in twenty fails: with tries, backup, copy, restore and check go through', async () => {
    const source = sourceFolder();
    let count = 0;
    const fault = (): Error | undefined => ((count += 1) % 20 === 7 ? gone : undefined);
    const stores = [new SlowStore({ fault }), new SlowStore({ fault })];
    const retry = { policy: { ...defaultRetry }, clock: impatient, signal: new AbortController().signal };
    const [from, to] = await Promise.all(
      stores.map(async (store) => {
        const options = { store: wrapStore(store, { retry }), passphrases: [passphrase], clock: systemClock };
        return vaultOn(await createRepository({ ...options, cost: { N: 2, r: 1, p: 1 } }), systemClock);
      }),
    );
    if (from === undefined || to === undefined) throw new Error('there are two');
    const { snapshot } = await from.backup(treeRequest(source));
    const copy = await from.copyTo(to, snapshot);
    const target = temporaryFolder();
    const restored = await to.restore({ snapshot: copy.snapshot, target, overwrite: 'never' });
    expect(restored.faults).toStrictEqual([]);
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    const { checks } = await to.verify({ snapshot: copy.snapshot, level: 'thorough' });
    expect(checks.filter(({ passed }) => !passed)).toStrictEqual([]);
  });
});

describe('an immutable store', () => {
  /** Keeps what is locked. */
  class LockingStore extends SlowStore {
    readonly locked = new Set<string>();

    override async remove(name: string): Promise<void> {
      if (!this.locked.has(name)) return await super.remove(name);
      throw new MusterError(`${name} is locked`, { code: 'object-locked' });
    }
  }

  test.each([
    ['packs', (name: string) => name.startsWith('data/')],
    ['index files', (name: string) => name.startsWith('index/')],
    ['both', () => true],
  ] as const)('that keeps %s is pruned as far as it can be, and every index entry stays true', async (_, isLocked) => {
    const { store, vault } = await newVaultIn(new LockingStore());
    const first = await vault.backup(treeRequest(folderWith({ a: unlike(1, 3_000_000), b: unlike(2, 3_000_000) })));
    const source = folderWith({ a: unlike(1, 3_000_000) });
    const second = await vault.backup(treeRequest(source));
    await vault.forget({ snapshots: [first.snapshot], last: 'remove' });
    for (const name of store.objects.keys()) if (isLocked(name)) store.locked.add(name);
    const pruned = await vault.prune({ mode: 'apply', maxUnused: 0 });
    expect(pruned.locked.packs).toBeGreaterThan(0);
    const again = await openRemoteVault(store);
    for (const { id } of again.repository.packs()) expect(store.objects.has(`data/${id.slice(0, 2)}/${id}`)).toBe(true);
    expect((await again.vault.verifyAll({})).checks.filter(({ passed }) => !passed)).toStrictEqual([]);
    store.locked.clear();
    const later = await again.vault.prune({ mode: 'apply', maxUnused: 0 });
    expect([later.locked.packs, later.packs.removed + later.packs.strays > 0]).toStrictEqual([0, true]);
    const target = temporaryFolder();
    await again.vault.restore({ snapshot: second.snapshot, target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
  });
});

describe('a store with an archive', () => {
  /** All packs are in the archive, and come back when they were asked for twice. */
  class ArchivedStore extends SlowStore {
    readonly asked = new Map<string, number>();
    readonly archive: ObjectArchive = {
      thaw: async (name) => {
        const times = (this.asked.get(name) ?? 0) + 1;
        return await this.ask({ kind: 'thaw', name }, () => {
          this.asked.set(name, times);
          return times > 2 ? 'ready' : 'waiting';
        });
      },
    };

    override async *list(prefix: string): AsyncGenerator<ObjectInfo> {
      for await (const info of super.list(prefix)) yield { ...info, archived: info.name.startsWith('data/') };
    }

    override async get(...[name, range]: Parameters<SlowStore['get']>): Promise<Buffer> {
      if (!name.startsWith('data/') || (this.asked.get(name) ?? 0) > 2) return await super.get(name, range);
      throw new MusterError(`${name} is in the archive`, { code: 'object-archived' });
    }
  }

  test('is asked for the packs that are needed, and waited for', async () => {
    const { store, vault } = await newVaultIn(new ArchivedStore(), impatient);
    const source = folderWith({ a: unlike(1, 3_000_000) });
    const { snapshot } = await vault.backup(treeRequest(source));
    await vault.backup(treeRequest(folderWith({ other: unlike(2, 3_000_000) })));
    const again = await openRemoteVault(store, { clock: impatient });
    const cold = again.vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' });
    await expect(cold).rejects.toThrow(expect.objectContaining({ code: 'object-archived' }));
    const [seen, target]: [TransferProgress['archive'][], string] = [[], temporaryFolder()];
    await again.vault.restore({
      snapshot,
      target,
      overwrite: 'never',
      thaw: 'wait',
      onProgress: ({ archive }) => seen.push(archive),
    });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    expect(seen).toContainEqual({ ready: 0, total: 1 });
    expect(seen).toContainEqual({ ready: 1, total: 1 });
    // The folders of both backups, the data of one.
    expect(store.asked.size).toBe(3);
    expect(readdirSync(target)).toHaveLength(1);
  });
});
