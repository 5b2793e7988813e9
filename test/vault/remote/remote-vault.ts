import { createCipheriv } from 'node:crypto';
import { systemClock } from '../../../src/base/clock.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { createRepository } from '../../../src/vault/create.ts';
import { openRepository } from '../../../src/vault/open.ts';
import type { OpenOptions } from '../../../src/vault/open.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { Repository } from '../../../src/vault/repository.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { SlowStore } from '../../storage/slow-store.ts';
import type { SlowStoreOptions } from '../../storage/slow-store.ts';
import { passphrase } from '../open-again.ts';

const cost = { N: 2, r: 1, p: 1 };

export interface RemoteVault<S extends SlowStore = SlowStore> {
  readonly store: S;
  readonly repository: Repository;
  readonly vault: Vault;
}

/** Bytes like no others, in latin1, the same for each number. */
export function unlike(number: number, length: number): string {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, number + 1), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length)).toString('latin1');
}

/** An empty vault in a slow store. */
export async function newRemoteVault(options: SlowStoreOptions = {}): Promise<RemoteVault> {
  return await newVaultIn(new SlowStore(options));
}

export async function newVaultIn<S extends SlowStore>(store: S, clock: Clock = systemClock): Promise<RemoteVault<S>> {
  const repository = await createRepository({ store, passphrases: [passphrase], clock, cost });
  return { store, repository, vault: vaultOn(repository, clock) };
}

/** As another process would see it. */
export async function openRemoteVault<S extends SlowStore>(
  store: S,
  options: Partial<OpenOptions> = {},
): Promise<RemoteVault<S>> {
  const repository = await openRepository({ store, passphrase, clock: systemClock, ...options });
  return { store, repository, vault: vaultOn(repository, options.clock ?? systemClock) };
}
