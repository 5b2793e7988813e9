import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/storage.ts';
import { storageFault } from '../storage/local/fault.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { LockMemoryFile } from '../storage/wrap/lock-memory-file.ts';
import type { RetryNotice } from '../storage/wrap/tries.ts';
import { named } from './named.ts';
import { openPlainStore, type StoreNeeds } from './open-store.ts';
import { wrapped } from './wrapped-store.ts';

/** The object stores of storage targets, each opened once. */
export interface Stores {
  open(storage: Storage): Promise<ObjectStore>;
  /** Requests that failed are not tried again any more, and nothing waits for a limit. */
  readonly hurry: () => void;
  /** Ends all connections. Vaults on these stores must have been closed. */
  close(): Promise<void>;
}

/** Hears of requests that are tried again. */
export interface StoreListener {
  readonly onRetry?: (storage: string, notice: RetryNotice) => void;
}

export function createStores(needs: StoreNeeds & StoreListener & { readonly locksFolder: string }): Stores {
  const opened = new Map<string, Promise<ObjectStore>>();
  const memories: LockMemoryFile[] = [];
  const remembering = async (store: ObjectStore): Promise<ObjectStore> => {
    if (store.locks === undefined) return store;
    const known = await withLockMemory(store, needs);
    memories.push(known.memory);
    return known.store;
  };
  const waiting = new AbortController();
  return {
    open: (storage) => {
      const known = opened.get(storage.name);
      if (known) return known;
      const opening = openPlainStore(storage, needs)
        .then((store) =>
          wrapped(store, storage, {
            clock: needs.clock,
            signal: waiting.signal,
            onRetry: (notice) => needs.onRetry?.(storage.name, notice),
          }),
        )
        .then(remembering);
      opened.set(storage.name, opening);
      opening.catch(() => opened.delete(storage.name));
      return opening;
    },
    hurry: () => waiting.abort(),
    close: async () => {
      waiting.abort();
      const settled = await Promise.allSettled(opened.values());
      opened.clear();
      for (const result of settled) if (result.status === 'fulfilled') await result.value.close?.();
      for (const memory of memories) await memory.save(needs.clock.now());
    },
  };
}

/** By the place, not by its name in the plan: another bucket of the same name has other locks. */
async function withLockMemory(
  store: ObjectStore,
  { clock, locksFolder }: Pick<StoreNeeds, 'clock'> & { readonly locksFolder: string },
): Promise<{ readonly store: ObjectStore; readonly memory: LockMemoryFile }> {
  const { openLockMemory } = await import('../storage/wrap/lock-memory-file.ts');
  const { rememberLocks } = await import('../storage/wrap/remember-locks.ts');
  const memory = await openLockMemory(join(locksFolder, `${hash('sha256', store.description).slice(0, 32)}.json`));
  return { store: rememberLocks(store, memory, () => clock.now()), memory };
}

/** A place that isn't there counts as empty; one that holds other things is left to opening it to refuse. */
export async function isEmpty(store: ObjectStore): Promise<boolean> {
  return (await firstNames(store, 1)).length === 0;
}

/**
 * True where a vault may be made: an empty place, a new disk, or what was left when the making of one was cut short. Making
 * it refuses a place that holds more than that.
 */
export async function isFresh(store: ObjectStore): Promise<boolean> {
  return (await firstNames(store, enough)).every((name) => beforeConfig.has(name));
}

/** What may be there before the `config` of a vault is. */
const beforeConfig: ReadonlySet<string> = new Set(['data', 'index', 'keys', 'locks', 'snapshots', 'tmp', 'lost+found']);

/** A page of a listing: among so many names of a place that is used for something else, there is one that says so. */
const enough = 1000;

/** The first parts of names. A folder shows what is no object, too: empty folders and hidden files. */
async function firstNames(store: ObjectStore, count: number): Promise<readonly string[]> {
  const { folder } = store.facts;
  return folder === undefined ? await namesListed(store, count) : await namesInFolder(folder);
}

async function namesInFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageFault(error, { doing: 'list', what: 'everything', store: `local ${folder}` });
  }
}

/** Only a place that muster can make may be missing. */
async function namesListed(store: ObjectStore, count: number): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of store.list('')) if (names.push(name.split('/', 1)[0] ?? '') >= count) break;
  } catch (error) {
    if (codeOf(error) !== 'storage-missing' || store.prepare === undefined) throw error;
  }
  return names;
}

/** Names of the targets that hold something. */
export async function filledTargets({ storage }: Plan, stores: Stores): Promise<readonly string[]> {
  const names: string[] = [];
  for (const target of storage.values()) if (!(await isEmpty(await stores.open(target)))) names.push(target.name);
  return names;
}

export function storageOf(plan: Plan, name: string): Storage {
  const storage = plan.storage.get(name);
  if (storage) return storage;
  throw new MusterError(`the plan has no storage target ${name}`, {
    code: 'storage-missing',
    hint: `It has ${[...plan.storage.keys()].join(', ')}.`,
  });
}

/** The named target, or all of the plan. Throws `unknown-storage`. */
export function chosenStorage(plan: Plan, name: string | undefined): readonly Storage[] {
  return name === undefined ? [...plan.storage.values()] : [named(plan.storage, name, 'storage')];
}
