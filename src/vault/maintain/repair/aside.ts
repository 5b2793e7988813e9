import { hash } from 'node:crypto';
import { codeOf } from '../../../base/error.ts';
import type { ObjectStore } from '../../../storage/store.ts';
import { objectName } from '../../format/names.ts';
import type { JsonObjects } from '../../format/objects.ts';
import type { Id, RepositoryLock } from '../../repository.ts';
import { isDamage } from '../../tree/load.ts';

/** Where damaged objects are kept as they were; no part of the repository. */
export const damagedPlace = 'muster/damaged/';

/**
 * Takes a damaged object out of the repository, and keeps its bytes beside it: whoever knows more may get more out of it.
 * One whose bytes the disk refuses, or that is locked and what its name says, stays where it is, and false is returned. A store that has no place for such names keeps
 * no bytes: what could be read of them is elsewhere by now.
 */
export async function putAside(
  { store }: Pick<JsonObjects, 'store'>,
  object: DamagedObject,
  lock: RepositoryLock | undefined,
): Promise<boolean> {
  const name = objectName(object.kind, object.id);
  try {
    if (store.facts.names !== 'content') await keep(store, name, object);
  } catch (error) {
    if (codeOf(error) === 'object-missing') return true;
    if (isDamage(error)) return false;
    throw error;
  }
  await lock?.check();
  return await removeOrHide(store, name, object.id);
}

/** What others have planted may be locked as well; what was locked as it should be stays where it is. */
async function removeOrHide(store: ObjectStore, name: string, id: Id): Promise<boolean> {
  try {
    await store.remove(name);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'object-locked') throw error;
    if (store.versions === undefined || hash('sha256', await store.get(name)) === id) return false;
    await store.versions.hide(name);
    return true;
  }
}

interface DamagedObject {
  readonly kind: 'data' | 'snapshots' | 'index' | 'keys';
  readonly id: Id;
}

async function keep(store: ObjectStore, name: string, { kind, id }: DamagedObject): Promise<void> {
  const bytes = await store.get(name);
  await store.prepare?.([`${damagedPlace}${kind}/`]);
  await store.put(`${damagedPlace}${kind}/${id}`, bytes);
}
