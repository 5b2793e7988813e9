import { codeOf } from '../../base/error.ts';
import { objectName } from '../format/names.ts';
import type { JsonObjects } from '../format/objects.ts';
import type { Id, RepositoryLock } from '../repository.ts';

interface Removal {
  readonly objects: JsonObjects;
  readonly lock: RepositoryLock;
  readonly signal: AbortSignal;
}

/** Removed at a time; between them it is made sure that the lock is still there. */
const batchSize = 16;

/**
 * Removes packs that no index lists any more; returns those that the store did not let go of (`object-locked`): a later prune
 * finds them. Throws `lock-lost` when another might need them.
 */
export async function removePacks({ objects, lock, signal }: Removal, packs: readonly Id[]): Promise<readonly Id[]> {
  const locked: Id[] = [];
  for (let from = 0; from < packs.length; from += batchSize) {
    signal.throwIfAborted();
    await lock.check();
    const batch = packs.slice(from, from + batchSize);
    const removed = await Promise.all(batch.map((id) => removeUnlessLocked(objects, id)));
    locked.push(...batch.filter((_, i) => removed[i] === false));
  }
  return locked;
}

async function removeUnlessLocked({ store }: JsonObjects, id: Id): Promise<boolean> {
  try {
    await store.remove(objectName('data', id));
    return true;
  } catch (error) {
    if (codeOf(error) === 'object-locked') return false;
    throw error;
  }
}
