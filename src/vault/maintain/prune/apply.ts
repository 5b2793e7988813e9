import type { Clock } from '../../../base/clock.ts';
import { damage } from '../../format/damage.ts';
import { objectName } from '../../format/names.ts';
import { PackReader } from '../../pack/pack-reader.ts';
import { openBlob } from '../../pack/read-blob.ts';
import type { BlobLocation, Id, Repository, RepositoryLock } from '../../repository.ts';
import type { BlobCounts } from '../blob-counts.ts';
import { PackCopies } from '../pack-copies.ts';
import { removePacks } from '../remove-packs.ts';
import { supersedeIndex } from '../supersede-index.ts';
import type { PrunePlan } from './plan.ts';
import { claimKey } from './plan.ts';

export interface PruneWork {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly lock: RepositoryLock;
  readonly plan: PrunePlan;
  readonly used: BlobCounts;
  readonly signal: AbortSignal;
  readonly onCopied: (bytes: number) => void;
}

/**
 * Carries a plan out: copies, then the new index, then the old index goes, then the packs. Whenever it is cut off,
 * every blob in use lies in a pack that an index lists; the next run finds the rest.
 */
export async function applyPrune(work: PruneWork): Promise<AppliedPrune> {
  const { repository, clock, lock, plan, signal } = work;
  const { objects } = repository;
  const added = await copyUsed(work);
  signal.throwIfAborted();
  await lock.check();
  const gone = new Set([...plan.remove, ...plan.repack, ...plan.absent, ...plan.held]);
  const listed = await supersedeIndex({ objects, clock, lock, gone, added });
  const unused = [...plan.remove, ...plan.repack, ...plan.strays];
  const held = unused.filter((id) => listed.has(id));
  const locked = await removePacks(
    { objects, lock, signal },
    unused.filter((id) => !listed.has(id)),
  );
  let written = 0;
  for (const { id } of added) written += (await objects.store.size(objectName('data', id))) ?? 0;
  return { written, locked: [...held, ...locked] };
}

export interface AppliedPrune {
  /** In bytes. */
  readonly written: number;
  /** Packs that could not be removed. */
  readonly locked: readonly Id[];
}

async function copyUsed(work: PruneWork): Promise<PackCopies['packs']> {
  const { objects, sealer } = work.repository;
  const copies = new PackCopies(objects.store, sealer);
  try {
    const wanted = new Set(work.plan.repack);
    for (const { id, blobs } of work.repository.packs()) if (wanted.has(id)) await copyPack(work, blobs, copies);
    await copies.finish();
    return copies.packs;
  } catch (error) {
    await copies.abort();
    throw error;
  }
}

/** Each blob is opened before it is copied: damage is never passed on. */
async function copyPack(work: PruneWork, blobs: readonly BlobLocation[], copies: PackCopies): Promise<void> {
  const { repository, signal, onCopied } = work;
  const reader = new PackReader(repository.store);
  for (const blob of blobs) {
    signal.throwIfAborted();
    if (!isNeeded(work, blob)) continue;
    const sealed = await reader.read(blob);
    const opened = openBlob(repository.sealer, blob, sealed);
    if (typeof opened === 'string') throw damagedBlob(blob, opened);
    await copies.add(blob, sealed);
    onCopied(blob.length);
  }
}

function isNeeded({ used, plan }: PruneWork, blob: BlobLocation): boolean {
  return used.has(blob.type, blob.id) && (plan.claims.get(claimKey(blob)) ?? blob.pack) === blob.pack;
}

function damagedBlob({ type, id, pack }: BlobLocation, detail: string): Error {
  return damage('vault-damaged', `${type} blob ${id} in ${objectName('data', pack)}`, detail);
}
