import type { Clock, Instant } from '../../base/clock.ts';
import type { Repository, RepositoryLock } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { Maintenance, PruneRequest, RepairRequest, Vault } from '../vault.ts';
import type { Difference, PruneResult, RepairReport } from './requests.ts';

export interface MaintenanceParts {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly repositoryOf: (vault: Vault) => Repository;
}

const never = new AbortController().signal;

/** The part of a vault that keeps it small and sound. */
export function maintenanceOf(parts: MaintenanceParts): Maintenance {
  const { repository, clock } = parts;
  return {
    storedAt: () => storedAt(repository),
    forget: async (request) => {
      const { forgetSnapshots } = await import('./forget.ts');
      return await alone(repository, never, (_, lock) => forgetSnapshots({ repository, clock }, request, lock));
    },
    prune: (request) => prune(parts, request),
    rebuildIndex: async () => {
      const { rebuildIndex } = await import('./rebuild-index.ts');
      return await alone(repository, never, (_, lock) => rebuildIndex(repository, clock, lock));
    },
    repair: (request) => repair(parts, request),
    differences: (before, after) => differencesOf(repository, before, after),
  };
}

async function storedAt({ objects }: Repository): Promise<ReadonlyMap<string, Instant>> {
  const times = new Map<string, Instant>();
  for await (const { id, modifiedAt } of objects.list('snapshots'))
    if (modifiedAt !== undefined) times.set(id, modifiedAt);
  return times;
}

/** With nobody else at work; aborted when the lock is lost. */
async function alone<T>(
  repository: Repository,
  signal: AbortSignal,
  work: (signal: AbortSignal, lock: RepositoryLock) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const lock = await repository.lock('exclusive');
  try {
    return await work(AbortSignal.any([signal, lock.lost]), lock);
  } finally {
    await lock.release();
  }
}

async function prune({ repository, clock }: MaintenanceParts, request: PruneRequest): Promise<PruneResult> {
  const { mode, signal: given = never } = request;
  const { pruneRepository } = await import('./prune.ts');
  if (mode === 'apply')
    return await alone(repository, given, (signal, lock) =>
      pruneRepository({ repository, clock, request, signal }, lock),
    );
  await repository.refresh();
  return await pruneRepository({ repository, clock, request, signal: given }, undefined);
}

async function repair(parts: MaintenanceParts, request: RepairRequest): Promise<Omit<RepairReport, 'changed'>> {
  const { repository, clock, repositoryOf } = parts;
  const { mode, signal: given = never } = request;
  const donors = (request.donors ?? []).map(repositoryOf);
  const { repairRepository } = await import('./repair.ts');
  if (mode === 'repair')
    return await alone(repository, given, (signal, lock) =>
      repairRepository({ repository, clock, request, donors, signal }, lock),
    );
  await repository.refresh();
  return await repairRepository({ repository, clock, request, donors, signal: given }, undefined);
}

async function* differencesOf(repository: Repository, before: string, after: string): AsyncGenerator<Difference> {
  const { differencesBetween } = await import('./diff.ts');
  const [left, right] = [await findSnapshot(repository, before), await findSnapshot(repository, after)];
  yield* differencesBetween(repository, left.tree, right.tree);
}
