import * as fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MusterError } from '../../../src/base/error.ts';
import type { RestoreResult, Vault } from '../../../src/vault/vault.ts';
import { compareTrees } from '../compare-trees.ts';
import { folderWith, noise, temporaryFolder, treeRequest } from '../place.ts';
import { newRemoteVault, type RemoteVault } from './remote-vault.ts';

/* Restores from a vault that fails in the middle, with copies of it at hand. */

const gone = new MusterError('the network is gone', { code: 'storage-unreachable', retryable: true });

interface Copied {
  readonly source: string;
  readonly first: { readonly store: RemoteVault['store']; readonly vault: Vault; readonly snapshot: string };
  readonly second: { readonly store: RemoteVault['store']; readonly vault: Vault };
}

async function copied(): Promise<Copied> {
  const files = Array.from({ length: 30 }, (_, i) => [`f${i % 5}/file-${i}`, noise(100_000 + i) + String(i)] as const);
  const source = folderWith({ ...Object.fromEntries(files), large: noise(3_000_000), empty: '' });
  const [{ store, vault }, second] = [await newRemoteVault(), await newRemoteVault()];
  const { snapshot } = await vault.backup(treeRequest(source));
  await vault.copyTo(second.vault, snapshot);
  return { source, first: { store, vault, snapshot }, second: { store: second.store, vault: second.vault } };
}

/** How much the second vault gave. */
async function restore({ first, second }: Copied, target: string): Promise<{ result: RestoreResult; given: number }> {
  let given = 0;
  async function* others() {
    yield { vault: second.vault, given: (bytes: number) => void (given += bytes) };
  }
  const { vault, snapshot } = first;
  return { result: await vault.restore({ snapshot, target, overwrite: 'never', others: others() }), given };
}

describe('a restore with a copy at hand', () => {
  test('reads nothing from it as long as its own vault answers', async () => {
    const made = await copied();
    const { result, given } = await restore(made, temporaryFolder());
    expect({ faults: result.faults, given }).toEqual({ faults: [], given: 0 });
  });

  test('is whole, whenever its own vault stops answering', { timeout: 120_000 }, async () => {
    const made = await copied();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.boolean(), async (answers, forGood) => {
        let asked = 0;
        made.first.store.fault = ({ kind, name }) => {
          if (kind === 'get' && name.startsWith('data/')) asked += 1;
          return asked > answers && (forGood ? kind !== 'list' : asked % 3 === 0) ? gone : undefined;
        };
        const target = temporaryFolder();
        const { result } = await restore(made, target);
        expect(result.faults).toEqual([]);
        expect(compareTrees(made.source, join(target, made.source))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('tells what neither of them has', async () => {
    const made = await copied();
    for (const { store } of [made.first, made.second])
      for (const [name, { bytes }] of store.objects)
        if (name.startsWith('data/') && bytes.length > 1_000_000) store.objects.delete(name);
    const { result } = await restore(made, temporaryFolder());
    expect(result.faults.length).toBeGreaterThan(0);
    expect(new Set(result.faults.map(({ kind }) => kind))).toEqual(new Set(['damaged']));
  });
});
