import type { JsonObjects } from '../format/objects.ts';
import type { Id } from '../repository.ts';

/** Locks of this process that nobody holds any more, and that could not be removed: names are unique in all stores. */
const givenUp = new Set<Id>();

/** Removes a lock of this process. When the store refuses, the lock is known as given up, and the error is thrown. */
export async function giveUpLock(objects: JsonObjects, id: Id): Promise<void> {
  givenUp.add(id);
  await objects.remove('locks', id);
  givenUp.delete(id);
}

/** Though its process is alive, such a lock forbids nothing. */
export function isGivenUp(id: Id): boolean {
  return givenUp.has(id);
}
