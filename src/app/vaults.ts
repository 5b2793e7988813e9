import { readdir } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/system.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { Vault } from '../vault/vault.ts';

/** The vaults of the plan's storage targets, each opened once. */
export interface Vaults {
  open(storage: string, options?: { readonly create?: boolean }): Promise<Vault>;
  /** Bytes of all objects in a target; needs no key. */
  bytesUsed(storage: string): Promise<number>;
  close(): Promise<void>;
}

interface VaultsRequest {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly resolveSecret: ResolveSecret;
}

export function createVaults(request: VaultsRequest): Vaults {
  const opened = new Map<string, Promise<Vault>>();
  const open: Vaults['open'] = (name, options) => {
    const known = opened.get(name);
    if (known) return known;
    const opening = openOrCreate(request, storageOf(request.plan, name), options?.create === true ? 'create' : 'open');
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
    return opening;
  };
  return {
    open,
    bytesUsed: (name) => sizeOf(storageOf(request.plan, name)),
    close: async () => {
      const settled = await Promise.allSettled(opened.values());
      for (const result of settled) if (result.status === 'fulfilled') await result.value.close();
    },
  };
}

async function openOrCreate(request: VaultsRequest, storage: Storage, mode: 'open' | 'create'): Promise<Vault> {
  const { clock } = request;
  // Loaded at the first use: its cryptography takes a while, and what only looks at a plan needs none.
  const { createVault, openVault } = await import('../vault/open-vault.ts');
  if (!(await isEmpty(storage.path)))
    return openVault({ store: await storeOf(storage), passphrase: await firstPassphrase(request), clock });
  if (mode === 'create')
    return createVault({ store: await storeOf(storage), passphrases: await passphrases(request), clock });
  throw new MusterError(`storage ${storage.name} holds no vault yet: ${storage.path} is empty`, {
    code: 'vault-missing',
    hint: 'The first backup makes it; check the path when one was made before.',
  });
}

async function storeOf(storage: Storage): Promise<ObjectStore> {
  const { openLocalStore } = await import('../storage/local.ts');
  return openLocalStore({ folder: storage.path });
}

async function sizeOf(storage: Storage): Promise<number> {
  if (await isEmpty(storage.path)) return 0;
  let bytes = 0;
  for await (const object of (await storeOf(storage)).list('')) bytes += object.size;
  return bytes;
}

async function firstPassphrase(request: VaultsRequest): Promise<string> {
  const [key] = request.plan.keys.values();
  if (!key) throw new MusterError('the plan has no key', { code: 'key-missing', hint: 'Define one under keys.' });
  return request.resolveSecret(key.passphrase);
}

async function passphrases(request: VaultsRequest): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of request.plan.keys.values()) found.push(await request.resolveSecret(key.passphrase));
  return found;
}

/** A folder that isn't there counts as empty; one that holds other files is left to `openVault` to refuse. */
async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

function storageOf(plan: Plan, name: string): Storage {
  const storage = plan.storage.get(name);
  if (storage) return storage;
  throw new MusterError(`the plan has no storage target ${name}`, {
    code: 'storage-missing',
    hint: `It has ${[...plan.storage.keys()].join(', ')}.`,
  });
}
