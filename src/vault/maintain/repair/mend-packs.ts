import type { Clock } from '../../../base/clock.ts';
import type { IndexedPack } from '../../format/index-file.ts';
import { BlobIndex } from '../../index/blob-index.ts';
import { PackReader } from '../../pack/pack-reader.ts';
import type { Id, Repository, RepositoryLock } from '../../repository.ts';
import { PackCopies } from '../pack-copies.ts';
import { replaceIndex } from '../supersede-index.ts';
import { putAside } from './aside.ts';
import type { PackSurvey } from './survey-packs.ts';

export interface PackMending {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly lock: RepositoryLock;
  readonly survey: PackSurvey;
  /** Index files that can't be read. */
  readonly damagedIndex: readonly Id[];
  readonly signal: AbortSignal;
}

/**
 * What can be read of damaged packs goes to new ones, an index of what is good takes the place of the old one, and
 * only then damaged packs go. Cut off at any moment, the next repair goes on.
 */
export async function mendPacks(mending: PackMending): Promise<void> {
  const { repository, clock, lock, survey, damagedIndex, signal } = mending;
  if (survey.damaged.length + survey.wrong.length + damagedIndex.length === 0) return;
  const { objects } = repository;
  const added = await saveReadable(mending);
  signal.throwIfAborted();
  await lock.check();
  for (const id of damagedIndex) await putAside(objects, { kind: 'index', id }, lock);
  await replaceIndex({ objects, clock, lock }, [...survey.sound, ...added]);
  for (const { id, isThere } of survey.damaged) if (isThere) await putAside(objects, { kind: 'data', id }, lock);
  await repository.refresh();
}

async function saveReadable({ repository, survey, signal }: PackMending): Promise<readonly IndexedPack[]> {
  const copies = new PackCopies(repository.store, repository.sealer);
  const reader = new PackReader(repository.store);
  const known = new BlobIndex();
  for (const pack of survey.sound) known.add(pack);
  try {
    for (const { id, blobs } of survey.saved) {
      for (const blob of blobs) {
        signal.throwIfAborted();
        if (known.has(blob.type, blob.id)) continue;
        const location = { ...blob, pack: id };
        await copies.add(location, await reader.read(location));
      }
    }
    return await copies.finish();
  } catch (error) {
    await copies.abort();
    throw error;
  }
}
