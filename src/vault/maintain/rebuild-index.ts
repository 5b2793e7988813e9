import type { Clock } from '../../base/clock.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { readPackHeader } from '../pack/check-pack.ts';
import type { Id, Repository, RepositoryLock } from '../repository.ts';
import { storedPacks } from './stored-packs.ts';
import { replaceIndex } from './supersede-index.ts';

export interface RebuiltIndex {
  readonly packs: number;
  /** Their headers can't be read; what the index said of them is lost: `repair` keeps it. */
  readonly unreadable: readonly Id[];
}

/** Makes the index anew from the headers of the packs, and removes all index files that were there. */
export async function rebuildIndex(repository: Repository, clock: Clock, lock: RepositoryLock): Promise<RebuiltIndex> {
  const { objects, sealer, store } = repository;
  const packs: IndexedPack[] = [];
  const unreadable: Id[] = [];
  for (const [id, size] of await storedPacks(objects)) {
    const blobs = await readPackHeader({ store, sealer, id }, size);
    if (blobs === undefined) unreadable.push(id);
    else packs.push({ id, blobs });
  }
  await replaceIndex({ objects, clock, lock }, packs);
  await repository.refresh();
  return { packs: packs.length, unreadable };
}
