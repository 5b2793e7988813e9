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

/** Removes packs that no index lists any more. Throws `lock-lost` when another might need them. */
export async function removePacks({ objects, lock, signal }: Removal, packs: readonly Id[]): Promise<void> {
  for (let from = 0; from < packs.length; from += batchSize) {
    signal.throwIfAborted();
    await lock.check();
    const batch = packs.slice(from, from + batchSize);
    await Promise.all(batch.map((id) => objects.store.remove(objectName('data', id))));
  }
}
