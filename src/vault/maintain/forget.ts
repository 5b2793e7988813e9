import type { Clock } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import { lockedAmong } from '../immutable/locked.ts';
import type { Id, Repository, RepositoryLock } from '../repository.ts';
import { loadSnapshots } from '../snapshot.ts';
import type { Snapshot } from '../vault.ts';
import type { ForgetRequest, ForgetResult } from './requests.ts';

/**
 * Removes snapshots, but for those that are locked; the bytes are freed by pruning. Only those that are named: nothing is chosen here. Throws
 * `last-snapshot` when nothing of a system would be left, and `snapshot-ambiguous`, before anything is removed.
 */
export async function forgetSnapshots(
  { repository, clock }: { readonly repository: Repository; readonly clock: Clock },
  { snapshots: wanted, last }: ForgetRequest,
  lock: RepositoryLock,
): Promise<ForgetResult> {
  const damaged: Id[] = [];
  const all = await loadSnapshots(repository, (id) => damaged.push(id));
  const ids = [...all.map(({ id }) => id), ...damaged];
  const found = new Set(wanted.flatMap((each) => matching(ids, each)));
  if (last === 'keep') refuseLast(all, found);
  const locked = await lockedAmong(repository.store, { kind: 'snapshots', ids: found, now: clock.now() });
  const removable = [...found].filter((id) => !locked.has(id));
  for (const id of removable) {
    await lock.check();
    await repository.remove('snapshots', id);
  }
  const missing = wanted.filter((each) => matching(ids, each).length === 0);
  return { removed: removable, missing, locked: [...locked].map(([id, until]) => ({ id, until })) };
}

function matching(ids: readonly Id[], wanted: string): readonly Id[] {
  const found = ids.filter((id) => id.startsWith(wanted));
  if (wanted.length >= 4 && found.length < 2) return found;
  throw new MusterError(`more than one snapshot may be meant by "${wanted}"`, {
    code: 'snapshot-ambiguous',
    hint: 'Give more of the id.',
  });
}

function refuseLast(all: readonly Snapshot[], found: ReadonlySet<Id>): void {
  const left = new Set(all.filter(({ id }) => !found.has(id)).map(ownerOf));
  const bereft = all.find((snapshot) => found.has(snapshot.id) && !left.has(ownerOf(snapshot)));
  if (bereft === undefined) return;
  throw new MusterError(`no snapshot of ${ownerOf(bereft)} would be left`, {
    code: 'last-snapshot',
    hint: 'Keep one, or say that the last one may go too.',
  });
}

const systemTag = 'muster:system=';

/** The system of a snapshot of muster's; of others, where it came from, as restic groups them. */
export function ownerOf({ tags, hostname, paths }: Pick<Snapshot, 'tags' | 'hostname' | 'paths'>): string {
  return systemOf({ tags }) ?? `${hostname}:${paths.join(',')}`;
}

/** Undefined: muster did not make it. */
export function systemOf({ tags }: Pick<Snapshot, 'tags'>): string | undefined {
  return tags.find((tag) => tag.startsWith(systemTag))?.slice(systemTag.length);
}
