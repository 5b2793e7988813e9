import type { JsonObjects } from '../format/objects.ts';
import type { Id, RepositoryLock } from '../repository.ts';

/** What names other objects, which only a lock keeps where they are. */
export interface HeldSave {
  readonly objects: JsonObjects;
  readonly locks: Iterable<Pick<RepositoryLock, 'check'>>;
  readonly kind: 'index' | 'snapshots';
  readonly bytes: Uint8Array;
}

/**
 * Saves an index file or a snapshot while all locks are held; throws `lock-lost` otherwise. They are checked again
 * afterwards: the process may have stood still in between, and others may have removed what is named.
 */
export async function saveHeld({ objects, locks, kind, bytes }: HeldSave): Promise<Id> {
  await checkAll(locks);
  const id = await objects.save(kind, bytes);
  try {
    await checkAll(locks);
  } catch (error) {
    await objects.remove(kind, id).catch(() => undefined);
    throw error;
  }
  return id;
}

async function checkAll(locks: HeldSave['locks']): Promise<void> {
  for (const lock of locks) await lock.check();
}
