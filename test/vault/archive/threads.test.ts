import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { MusterError } from '../../../src/base/error.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { openRepository } from '../../../src/vault/open.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import { requireProgram } from '../../require.ts';
import { compareTrees } from '../compare-trees.ts';
import { passphrase } from '../open-again.ts';
import { folderWith, newVault, noise, restic, temporaryFolder, treeRequest } from '../place.ts';

const text = noise(3_000_000);
/** Enough that threads are started: small files, the same content twice, one that is cut and dealt to all. */
const source = folderWith({
  ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`small/${i}`, `${i} ${text.slice(i, 3000 + 7 * i)}`])),
  ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`twin/${i}`, `${i} ${text.slice(i, 3000 + 7 * i)}`])),
  large: Array.from({ length: 13 }, (_, i) => `${i}${text}`).join(''),
});
const bytes = { twin: 0 };
for (let i = 0; i < 300; i += 1) bytes.twin += `${i} ${text.slice(i, 3000 + 7 * i)}`.length;

describe('threads that read and store', () => {
  test('make the same trees as the main thread alone, and store everything once', async () => {
    const [alone, many] = [await newVault(), await newVault()];
    const first = await alone.vault.backup(treeRequest(source, { threads: 0 }));
    const second = await many.vault.backup(treeRequest(source, { threads: 3 }));
    expect({ ...second, snapshot: '', bytesStored: 0 }).toMatchObject({
      files: first.files,
      folders: first.folders,
      bytesTotal: first.bytesTotal,
      bytesRead: first.bytesRead,
      faults: [],
    });
    const target = temporaryFolder();
    await many.vault.restore({ snapshot: second.snapshot, target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    const blobs = [...many.repository.packs()].flatMap((pack) => pack.blobs.map(({ type, id }) => `${type} ${id}`));
    expect(new Set(blobs).size).toBe(blobs.length);
    expect(second.bytesRead).toBeGreaterThan(2 * bytes.twin);
    const again = await many.vault.backup(treeRequest(source, { threads: 3 }));
    expect(again.bytesStored).toBeLessThan(5000);
  });

  test.runIf(requireProgram('restic'))('leave a vault in which restic finds nothing wrong', async () => {
    const { folder, vault } = await newVault();
    await vault.backup(treeRequest(source, { threads: 2 }));
    expect(restic(folder, 'check', '--read-data')).toContain('no errors were found');
  });

  test.each(['writer', 'write', 'commit'] as const)(
    'a store that fails in `%s` fails the backup, which leaves nothing behind',
    async (where) => {
      const { folder } = await newVault();
      const vault = await openOn(refusing(openLocalStore({ folder }), where));
      await expect(vault.backup(treeRequest(source, { threads: 2 }))).rejects.toMatchObject({ code: 'storage-full' });
      for (const place of ['tmp', 'snapshots', 'index', 'locks']) expect(readdirSync(join(folder, place))).toEqual([]);
    },
  );

  test('an abort ends them and leaves nothing behind', async () => {
    const { folder, vault } = await newVault();
    const controller = new AbortController();
    const onProgress = ({ bytes }: { readonly bytes: number }): void => {
      if (bytes > 2_000_000) controller.abort(new Error('enough'));
    };
    const request = treeRequest(source, { threads: 2, signal: controller.signal, onProgress });
    await expect(vault.backup(request)).rejects.toThrow('enough');
    for (const place of ['tmp', 'snapshots', 'index', 'locks']) expect(readdirSync(join(folder, place))).toEqual([]);
  });
});

async function openOn(store: ObjectStore): Promise<ReturnType<typeof vaultOn>> {
  return vaultOn(await openRepository({ store, passphrase, clock: systemClock }), systemClock);
}

async function full(): Promise<never> {
  throw new MusterError('no space', { code: 'storage-full' });
}

/** A store that takes locks, and no packs. */
function refusing(store: ObjectStore, where: 'writer' | 'write' | 'commit'): ObjectStore {
  const writer: ObjectStore['writer'] = async () => {
    if (where === 'writer') return await full();
    const real = await store.writer();
    return {
      write: (piece) => (where === 'write' ? full() : real.write(piece)),
      commit: (name) => (where === 'commit' ? full() : real.commit(name)),
      abort: () => real.abort(),
    };
  };
  return new Proxy(store, {
    get: (target, key: keyof ObjectStore) => {
      if (key === 'writer') return writer;
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
