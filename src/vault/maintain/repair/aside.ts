import { codeOf } from '../../../base/error.ts';
import { objectName } from '../../format/names.ts';
import type { JsonObjects } from '../../format/objects.ts';
import type { Id, RepositoryLock } from '../../repository.ts';
import { isDamage } from '../../tree/load.ts';

/** Where damaged objects are kept as they were; no part of the repository. */
const place = 'muster/damaged/';

/**
 * Takes a damaged object out of the repository, and keeps its bytes beside it: whoever knows more may get more out of it.
 * One whose bytes the disk refuses stays where it is, and false is returned.
 */
export async function putAside(
  { store }: Pick<JsonObjects, 'store'>,
  object: { readonly kind: 'data' | 'snapshots' | 'index'; readonly id: Id },
  lock: RepositoryLock,
): Promise<boolean> {
  const name = objectName(object.kind, object.id);
  try {
    const bytes = await store.get(name);
    await store.prepare?.([`${place}${object.kind}/`]);
    await store.put(`${place}${object.kind}/${object.id}`, bytes);
  } catch (error) {
    if (codeOf(error) === 'object-missing') return true;
    if (isDamage(error)) return false;
    throw error;
  }
  await lock.check();
  await store.remove(name);
  return true;
}
