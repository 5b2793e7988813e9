import type { Clock, Instant } from '../../base/clock.ts';
import { isDamage } from '../tree/load.ts';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import { lockedAmong } from '../immutable/locked.ts';
import type { Id, Repository, RepositoryLock } from '../repository.ts';
import { loadSnapshots } from '../snapshot.ts';
import type { PruneRequest } from '../vault.ts';
import type { PruneResult } from './requests.ts';
import { applyPrune } from './prune/apply.ts';
import type { PrunePlan } from './prune/plan.ts';
import { planPrune } from './prune/plan.ts';
import { smallPack } from './prune/repack.ts';
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
  /** Packs that can't be removed now, of those that might be, with the end of their lock. */
  readonly locks: ReadonlyMap<Id, Instant>;
  readonly used: BlobCounts;
  readonly stored: ReadonlyMap<Id, number>;
}

/**
 * Frees what no snapshot needs. With an exclusive lock it is done; without one it is only planned. Throws
 * `vault-damaged` before anything is changed when a snapshot, or something that one needs, is not there or can't be read.
 */
export async function pruneRepository(options: PruneOptions, lock: RepositoryLock | undefined): Promise<PruneResult> {
  const { repository, clock, request, signal } = options;
  const planned = await planFor(options);
  const { plan, used, stored } = planned;
  if (lock === undefined) return resultOf(planned, { bytesFreed: plan.figures.freed, kept: [] });
  refuseHoles(plan, repository);
  let bytes = 0;
  const onCopied = (length: number): void => {
    bytes += length;
    request.onProgress?.({ files: 0, bytes, filesTotal: undefined, bytesTotal: plan.figures.repacked });
  };
  const { written, locked } = await applyPrune({ repository, clock, lock, plan, used, signal, onCopied });
  await repository.refresh();
  const bytesFreed = plan.figures.removed + plan.figures.repackedPacks - written - sizeOf(locked, stored);
  return resultOf(planned, { bytesFreed, kept: locked });
}

async function planFor({ repository, clock, request, signal }: PruneOptions): Promise<Planned> {
  const stored = await storedPacks(repository.objects);
  const used = await usedOrRefuse(repository, signal, new Set(request.mode === 'plan' ? request.without : []));
  const { maxUnused = usualMaxUnused, maxRepackBytes } = request;
  const ids = () => wasteful(repository, used, stored);
  const locks = await lockedAmong(repository.store, { kind: 'data', ids: ids(), now: clock.now() });
  const plan = planPrune({
    packs: () => repository.packs(),
    stored,
    used,
    locked: new Set(locks.keys()),
    limits: { maxUnused, maxRepackBytes },
  });
  return { plan, locks, used, stored };
}

/** Packs that may be removed or copied: those with anything that is not in use, small ones, and those that no index lists. */
function* wasteful(repository: Repository, used: BlobCounts, stored: ReadonlyMap<Id, number>): Generator<Id> {
  for (const { id, blobs } of repository.packs()) {
    const size = stored.get(id);
    if (size === undefined) continue;
    if (size < smallPack || blobs.some((blob) => !used.has(blob.type, blob.id))) yield id;
  }
  for (const id of stored.keys()) if (!repository.hasPack(id)) yield id;
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

interface Done {
  readonly bytesFreed: number;
  /** Packs that the store did not let go of when they were to be removed. */
  readonly kept: readonly Id[];
}

function resultOf({ plan, locks, stored }: Planned, { bytesFreed, kept }: Done): PruneResult {
  const { keep, held, remove, repack, strays, figures } = plan;
  const locked = [...held, ...kept];
  const ends = locked.flatMap((id) => locks.get(id) ?? []).filter(Number.isFinite);
  return {
    packs: { kept: keep.length, removed: remove.length, repacked: repack.length, strays: strays.length },
    locked: {
      packs: locked.length,
      bytes: sizeOf(locked, stored),
      until: ends.length === 0 ? undefined : Math.max(...ends),
    },
    missing: plan.missing.length,
    bytesFreed,
    figures,
  };
}

function sizeOf(packs: readonly Id[], stored: ReadonlyMap<Id, number>): number {
  return packs.reduce((bytes, id) => bytes + (stored.get(id) ?? 0), 0);
}
