import { readdir } from 'node:fs/promises';
import { codeOf, MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/system.ts';
import type { ObjectStore } from '../storage/store.ts';
import { named } from './named.ts';

export async function storeOf(storage: Storage): Promise<ObjectStore> {
  const { openLocalStore } = await import('../storage/local.ts');
  return openLocalStore({ folder: storage.path });
}

/** A folder that isn't there counts as empty; one that holds other files is left to opening it to refuse. */
export async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
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
