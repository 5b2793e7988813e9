import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { createVault, openVault } from '../../../src/vault/open-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { namesOf } from '../../conformance/listing.ts';
import { treeRequest } from '../../vault/place.ts';
import { restRig } from './rig.ts';

describe('a vault on a REST server', () => {
  const { folder, open } = restRig();
  const unlocking = { passphrase: 'green', clock: systemClock };

  async function vaultWithBackup(store: ObjectStore): Promise<Vault> {
    const source = join(folder(), 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), randomBytes(2_000_000));
    writeFileSync(join(source, 'b'), 'text');
    const vault = await createVault({ store, passphrases: ['green'], clock: systemClock });
    await vault.backup(treeRequest(source, { tags: ['muster:system=files'] }));
    return vault;
  }

  test('is not made twice', async () => {
    const store = await open();
    await (await vaultWithBackup(store)).close();
    const again = createVault({ store, passphrases: ['red'], clock: systemClock });
    await expect(again).rejects.toMatchObject({ code: 'vault-exists' });
    await (await openVault({ store, ...unlocking })).close();
  });

  test('takes backups where nothing can be removed but locks', async () => {
    const store = await open({ appendOnly: true }, { appendOnly: true });
    const vault = await vaultWithBackup(store);
    await vault.backup(treeRequest(join(folder(), 'source')));
    expect(await vault.snapshots()).toHaveLength(2);
    await vault.close();
    expect(await namesOf(store, 'locks/')).toEqual([]);
  });

  test('is repaired, though there is no place for what was damaged', async () => {
    const store = await open();
    const vault = await vaultWithBackup(store);
    const packs = await namesOf(store, 'data/');
    const sizes = await Promise.all(packs.map(async (name) => ({ name, size: (await store.size(name)) ?? 0 })));
    const [largest] = sizes.toSorted((a, b) => b.size - a.size);
    writeFileSync(join(folder(), 'vault', largest?.name ?? ''), 'damaged');
    await vault.repair({ mode: 'repair' });
    expect(await vault.repair({ mode: 'check' })).toMatchObject({ packs: [], snapshots: [] });
    expect(await namesOf(store, 'data/')).not.toContain(largest?.name);
    await vault.close();
  });
});
