import type { Clock, Instant } from '../../base/clock.ts';
import { lockSpan } from '../../storage/lock-span.ts';
import type { ObjectLocks } from '../../storage/store.ts';
import { usedBlobs } from '../maintain/used-blobs.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { Protection } from '../vault.ts';
import { allAhead } from '../worker/ahead.ts';
import { objectsFor } from './needed-objects.ts';
import { promisedUntil } from './promise.ts';

export interface ProtectOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly snapshot: Id;
  readonly signal: AbortSignal;
}

/**
 * Locks what a snapshot needs for as long as is promised. What is known to be locked for that long costs no request; what is
 * locked anew is locked for longer, so that the next backups need not do it again. Undefined: the store locks nothing. Throws what
 * the store says when it refuses, and `object-missing`.
 */
export async function protectSnapshot({
  repository,
  clock,
  snapshot: wanted,
  signal,
}: ProtectOptions): Promise<Protection | undefined> {
  const { store } = repository;
  const { locks, facts } = store;
  if (locks === undefined || facts.immutable === undefined) return undefined;
  const { id, tree } = await findSnapshot(repository, wanted);
  const until = (await promisedUntil(repository, id)) ?? 0;
  if (until <= clock.now()) return { until, objects: 0, extended: 0 };
  const names = await objectsFor(repository, id, await packsOf(repository, tree, signal));
  const reserve = lockSpan(facts.immutable) - facts.immutable.for;
  const load = async (name: string): Promise<boolean> => {
    signal.throwIfAborted();
    return await lockFor(locks, name, { until, reserve });
  };
  const extended = await allAhead(names, { load, atOnce: facts.concurrency });
  return { until, objects: names.length, extended: extended.filter(Boolean).length };
}

async function packsOf(repository: Repository, tree: Id, signal: AbortSignal): Promise<ReadonlySet<Id>> {
  const packs = new Set<Id>();
  for (const { type, id } of await usedBlobs(repository, [tree], signal)) {
    const location = repository.locate(type, id);
    if (location !== undefined) packs.add(location.pack);
  }
  return packs;
}

interface Wanted {
  readonly until: Instant;
  readonly reserve: number;
}

/** False: it was locked for long enough. */
async function lockFor(locks: ObjectLocks, name: string, { until, reserve }: Wanted): Promise<boolean> {
  if ((locks.known?.(name) ?? 0) >= until || ((await locks.lockedUntil(name)) ?? 0) >= until) return false;
  await locks.extend(name, until + reserve);
  return true;
}
