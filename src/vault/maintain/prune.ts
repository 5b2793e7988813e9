import type { Clock } from '../../base/clock.ts';
import { isDamage } from '../tree/load.ts';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { Id, Repository, RepositoryLock } from '../repository.ts';
import { loadSnapshots } from '../snapshot.ts';
import type { PruneRequest } from '../vault.ts';
import type { PruneResult } from './requests.ts';
import { applyPrune } from './prune/apply.ts';
import type { PrunePlan } from './prune/plan.ts';
import { planPrune } from './prune/plan.ts';
import { storedPacks } from './stored-packs.ts';
import type { BlobCounts } from './blob-counts.ts';
import { usedBlobs } from './used-blobs.ts';

export interface PruneOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: PruneRequest;
  readonly signal: AbortSignal;
}

/** As restic: unused bytes may be one in twenty. */
const usualMaxUnused = 0.05;

interface Planned {
  readonly plan: PrunePlan;
  readonly used: BlobCounts;
  readonly stored: ReadonlyMap<Id, number>;
}

/**
 * Frees what no snapshot needs. With an exclusive lock it is done; without one it is only planned. Throws
 * `vault-damaged` before anything is changed when a snapshot, or something that one needs, is not there or can't be read.
 */
export async function pruneRepository(options: PruneOptions, lock: RepositoryLock | undefined): Promise<PruneResult> {
  const { repository, clock, request, signal } = options;
  const { plan, used, stored } = await planFor(options);
  if (lock === undefined) return resultOf(plan, { bytesFreed: plan.figures.freed, locked: 0 });
  refuseHoles(plan, repository);
  let bytes = 0;
  const onCopied = (length: number): void => {
    bytes += length;
    request.onProgress?.({ files: 0, bytes, filesTotal: undefined, bytesTotal: plan.figures.repacked });
  };
  const { written, locked } = await applyPrune({ repository, clock, lock, plan, used, signal, onCopied });
  await repository.refresh();
  const kept = locked.reduce((bytes, id) => bytes + (stored.get(id) ?? 0), 0);
  const bytesFreed = plan.figures.removed + plan.figures.repackedPacks - written - kept;
  return resultOf(plan, { bytesFreed, locked: locked.length });
}

async function planFor({ repository, request, signal }: PruneOptions): Promise<Planned> {
  const stored = await storedPacks(repository.objects);
  const used = await usedOrRefuse(repository, signal, new Set(request.mode === 'plan' ? request.without : []));
  const { maxUnused = usualMaxUnused, maxRepackBytes } = request;
  const plan = planPrune({
    packs: () => repository.packs(),
    stored,
    used,
    limits: { maxUnused, maxRepackBytes },
  });
  return { plan, used, stored };
}

async function usedOrRefuse(
  repository: Repository,
  signal: AbortSignal,
  without: ReadonlySet<string>,
): Promise<BlobCounts> {
  try {
    const snapshots = await loadSnapshots(repository);
    const trees = snapshots.filter(({ id }) => !without.has(id)).map(({ tree }) => tree);
    return await usedBlobs(repository, trees, signal);
  } catch (error) {
    if (!isDamage(error) && !unreadable.has(codeOf(error) ?? '')) throw error;
    throw damaged(repository, messageOf(error), error);
  }
}

const unreadable: ReadonlySet<string> = new Set(['object-damaged', 'snapshot-damaged']);

function refuseHoles({ missing }: PrunePlan, repository: Repository): void {
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  throw damaged(repository, `${first.type} blob ${first.id}${more} can't be found`, undefined);
}

function damaged({ store }: Repository, detail: string, cause: unknown): MusterError {
  return new MusterError(`nothing is removed from ${store.description}, because it is damaged: ${detail}`, {
    code: 'vault-damaged',
    hint: 'muster repair says what is lost, and keeps the rest.',
    cause,
  });
}

function resultOf(plan: PrunePlan, done: Pick<PruneResult, 'bytesFreed' | 'locked'>): PruneResult {
  const { keep, remove, repack, strays, figures } = plan;
  return {
    packs: { kept: keep.length, removed: remove.length, repacked: repack.length, strays: strays.length },
    missing: plan.missing.length,
    ...done,
    figures,
  };
}
