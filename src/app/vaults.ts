import type { Clock } from '../base/clock.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { SealedObjects } from '../vault/sealed.ts';
import type { Vault } from '../vault/vault.ts';
import { keyToTry, withFirstKey, type PlanKeys } from './plan-keys.ts';
import { writeRescue } from './rescue.ts';
import { isEmpty, isFresh, storageOf, type Stores } from './stores.ts';

export interface OpenVaultRequest {
  readonly create?: boolean;
  /** `pass-over`: index files that can't be read do not keep it from being opened, for a repair. */
  readonly damagedIndex?: 'pass-over';
  /** A target that this one gets copies from: a vault that is made gets its master key, if it can be opened. */
  readonly like?: string | undefined;
  /** Why, for the record: a kind of run, or a command. */
  readonly purpose: string;
  /** The run that asks. */
  readonly run?: string;
}

/** The vaults of the plan's storage targets, each opened once. */
export interface Vaults {
  /** With the first key of the plan that opens it. */
  open(storage: string, request: OpenVaultRequest): Promise<Vault>;
  /** What muster keeps beside the repository; reads no index. Undefined where there is no vault yet. */
  sealed(storage: string, purpose: string): Promise<SealedObjects | undefined>;
  /** Closes it, so that it is opened anew when it is needed again. */
  forget(storage: string): Promise<void>;
  /** Bytes of all objects in a target; needs no key. Gives up when the signal says so. */
  bytesUsed(storage: string, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** A key of the plan has opened a vault. */
export interface KeyUse {
  readonly storage: string;
  readonly key: string;
  readonly slot: string;
  readonly purpose: string;
  readonly run: string | undefined;
}

export interface VaultsRequest extends PlanKeys {
  readonly clock: Clock;
  readonly stores: Stores;
  /** Where index files, snapshots and folders of remote vaults are kept at hand. */
  readonly cacheFolder: string;
  readonly onKeyUsed: (use: KeyUse) => void;
  /** A target in which a vault was made takes no rescue page. Later nobody is told again. */
  readonly onNoRescue: (storage: string, why: MusterError) => void;
}

export function createVaults(request: VaultsRequest): Vaults {
  const opened = new Map<string, Promise<Vault>>();
  const sealedOnly = new Map<string, Promise<SealedObjects | undefined>>();
  const waiting = new Set<string>();
  const open: Vaults['open'] = (name, asked) => {
    const known = opened.get(name);
    if (known) return known;
    const { like: other, purpose, run } = asked;
    const like = async (): Promise<Vault | undefined> => {
      // Two new vaults must not wait for each other.
      if (other === undefined || other === name || waiting.has(other)) return undefined;
      waiting.add(name);
      return await open(other, { purpose, ...(run && { run }) })
        .catch(() => undefined)
        .finally(() => waiting.delete(name));
    };
    const opening = openAndRecord(request, storageOf(request.plan, name), { ...asked, like });
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
    return opening;
  };
  return {
    open,
    sealed: async (name, purpose) => {
      const known = opened.get(name);
      if (known) return (await known).sealed;
      const opening = sealedOnly.get(name) ?? openSealed(request, storageOf(request.plan, name), purpose);
      sealedOnly.set(name, opening);
      opening.then((found) => found ?? sealedOnly.delete(name)).catch(() => sealedOnly.delete(name));
      return await opening;
    },
    forget: async (name) => {
      const known = opened.get(name);
      opened.delete(name);
      sealedOnly.delete(name);
      await (await known)?.close();
    },
    bytesUsed: async (name, signal) => await sizeOf(await request.stores.open(storageOf(request.plan, name)), signal),
    close: async () => {
      const settled = await Promise.allSettled(opened.values());
      for (const result of settled) if (result.status === 'fulfilled') await result.value.close();
    },
  };
}

/** With the vault that a new one is to be like. */
interface Asked extends Omit<OpenVaultRequest, 'like'> {
  readonly like: () => Promise<Vault | undefined>;
}

async function openAndRecord(request: VaultsRequest, storage: Storage, asked: Asked): Promise<Vault> {
  const found = await openOrCreate(request, storage, asked);
  const { key, opened } = found;
  if (asked.create === true) await layRescue(request, storage, 'made' in found ? 'new' : 'known');
  const { purpose, run } = asked;
  noteUse(request, { storage: storage.name, key, slot: opened.keySlot, purpose, run });
  return opened;
}

async function layRescue(
  { stores, plan, onNoRescue }: VaultsRequest,
  storage: Storage,
  vault: 'new' | 'known',
): Promise<void> {
  const why = await writeRescue(await stores.open(storage), plan, storage.name);
  if (why && vault === 'new') onNoRescue(storage.name, why);
}

function noteUse({ onKeyUsed, knownSlots }: VaultsRequest, use: KeyUse): void {
  onKeyUsed(use);
  knownSlots.remember(use.storage, use.key, use.slot);
}

async function openSealed(request: VaultsRequest, storage: Storage, purpose: string) {
  const store = await request.stores.open(storage);
  if (await isFresh(store)) return undefined;
  const { openSealed: open } = await import('../vault/open-sealed.ts');
  const { key, opened } = await withFirstKey(request, storage, ({ passphrase, firstSlot }) =>
    open({ store, passphrase, firstSlot }),
  );
  noteUse(request, { storage: storage.name, key, slot: opened.keySlot, purpose, run: undefined });
  return opened.sealed;
}

async function openOrCreate(request: VaultsRequest, storage: Storage, { create, damagedIndex, like }: Asked) {
  const store = await request.stores.open(storage);
  if (create === true && (await isFresh(store))) return await createOrOpen(request, storage, await like());
  if (!(await isEmpty(store))) return await open(request, storage, damagedIndex);
  throw new MusterError(`storage ${storage.name} holds no vault yet: ${store.description} is empty`, {
    code: 'vault-missing',
    hint: 'The first backup makes it; check the place when one was made before.',
  });
}

/** Another process may make it at the same time: then that one is opened. */
async function createOrOpen(request: VaultsRequest, storage: Storage, like: Vault | undefined) {
  const { createVault } = await loadVaults();
  const [key = '', ...others] = request.plan.keys.keys();
  const passphrases = await Promise.all([key, ...others].map((name) => passphraseOf(request, storage, name)));
  const { clock, cacheFolder } = request;
  try {
    const opened = await createVault({
      store: await request.stores.open(storage),
      passphrases,
      clock,
      like,
      cacheFolder,
    });
    return { key, opened, made: true };
  } catch (error) {
    if (codeOf(error) !== 'vault-exists') throw error;
    return await open(request, storage);
  }
}

async function open(request: VaultsRequest, storage: Storage, damagedIndex?: 'pass-over') {
  const onDamagedIndex = damagedIndex === undefined ? undefined : (): void => undefined;
  const { clock, cacheFolder } = request;
  const { openVault } = await loadVaults();
  const store = await request.stores.open(storage);
  return await withFirstKey(request, storage, ({ passphrase, firstSlot }) =>
    openVault({ store, passphrase, firstSlot, clock, onDamagedIndex, cacheFolder }),
  );
}

/** Loaded at the first use: their cryptography takes a while, and what only looks at a plan needs none. */
async function loadVaults() {
  return await import('../vault/open-vault.ts');
}

async function passphraseOf(request: VaultsRequest, storage: Storage, key: string): Promise<string> {
  return (await keyToTry(request, storage, key)).passphrase;
}

async function sizeOf(store: ObjectStore, signal: AbortSignal): Promise<number> {
  if (await isEmpty(store)) return 0;
  let bytes = 0;
  for await (const object of store.list('')) {
    signal.throwIfAborted();
    bytes += object.size;
  }
  return bytes;
}
