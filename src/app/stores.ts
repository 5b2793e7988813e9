import { readdir } from 'node:fs/promises';
import { codeOf, MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/system.ts';
import { storageFault } from '../storage/local/fault.ts';
import type { ObjectStore } from '../storage/store.ts';
import { named } from './named.ts';

export async function storeOf(storage: Storage): Promise<ObjectStore> {
  const { openLocalStore } = await import('../storage/local.ts');
  return openLocalStore({ folder: storage.path });
}

/** A folder that isn't there counts as empty; one that holds other files is left to opening it to refuse. */
export async function isEmpty(folder: string): Promise<boolean> {
  return (await namesIn(folder)).length === 0;
}

/**
 * True where a vault may be made: an empty place, a new disk, or what was left when the making of one was cut short. Making
 * it refuses a place that holds more than that.
 */
export async function isFresh(folder: string): Promise<boolean> {
  return (await namesIn(folder)).every((name) => beforeConfig.has(name));
}

/** What may be there before the `config` of a vault is. */
const beforeConfig: ReadonlySet<string> = new Set(['data', 'index', 'keys', 'locks', 'snapshots', 'tmp', 'lost+found']);

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageFault(error, { doing: 'list', what: 'everything', store: `local ${folder}` });
  }
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
