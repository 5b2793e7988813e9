import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';

export const passphrase = 'correct horse';

/** The vault of a test, in another process. */
export async function openAgain(folder: string): Promise<Vault> {
  return await openVault({ store: openLocalStore({ folder }), passphrase, clock: systemClock });
}
