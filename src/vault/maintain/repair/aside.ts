import { codeOf } from '../../../base/error.ts';
import type { ObjectStore } from '../../../storage/store.ts';
import { objectName } from '../../format/names.ts';
import type { JsonObjects } from '../../format/objects.ts';
import type { Id, RepositoryLock } from '../../repository.ts';
import { isDamage } from '../../tree/load.ts';

/** Where damaged objects are kept as they were; no part of the repository. */
const place = 'muster/damaged/';

/**
 * Takes a damaged object out of the repository, and keeps its bytes beside it: whoever knows more may get more out of it.
 * One whose bytes the disk refuses stays where it is, and false is returned. A store that has no place for such names keeps
 * no bytes: what could be read of them is elsewhere by now.
 */
export async function putAside(
  { store }: Pick<JsonObjects, 'store'>,
  object: DamagedObject,
  lock: RepositoryLock,
): Promise<boolean> {
  const name = objectName(object.kind, object.id);
  try {
    if (store.facts.names !== 'content') await keep(store, name, object);
  } catch (error) {
    if (codeOf(error) === 'object-missing') return true;
    if (isDamage(error)) return false;
    throw error;
  }
  await lock.check();
  await store.remove(name);
  return true;
}

interface DamagedObject {
  readonly kind: 'data' | 'snapshots' | 'index';
  readonly id: Id;
}

async function keep(store: ObjectStore, name: string, { kind, id }: DamagedObject): Promise<void> {
  const bytes = await store.get(name);
  await store.prepare?.([`${place}${kind}/`]);
  await store.put(`${place}${kind}/${id}`, bytes);
}
