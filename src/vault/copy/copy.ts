import type { Clock } from '../../base/clock.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { asFields, copiedSnapshotJson, findSnapshot, loadSnapshots } from '../snapshot.ts';
import { treesOf } from '../tree/survey-tree.ts';
import type { Snapshot, TransferProgress } from '../vault.ts';
import { BlobCopier } from './copy-blobs.ts';

export interface CopyOptions {
  readonly from: Repository;
  readonly to: Repository;
  readonly snapshot: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

/**
 * Brings a snapshot and the blobs that the other repository lacks over; the snapshot comes last. Done twice it finds
 * the copy that is there. Throws what loading throws: a copy with holes is none.
 */
export async function copySnapshot(
  options: CopyOptions,
): Promise<{ readonly snapshot: string; readonly bytesStored: number }> {
  const { from, to, signal } = options;
  const snapshot = await findSnapshot(from, options.snapshot);
  const bytesStored = await copyOrKeep(options, snapshot.tree);
  await to.flush();
  signal.throwIfAborted();
  const known = await copyOf(to, snapshot);
  if (known !== undefined) return { snapshot: known, bytesStored };
  const fields = asFields(snapshot.id, await from.loadJson('snapshots', snapshot.id));
  const id = await to.saveJson('snapshots', copiedSnapshotJson(fields, snapshot.id));
  return { snapshot: id, bytesStored };
}

/** What came before a source failed is kept, so that the next source, or the next try, goes on there. */
async function copyOrKeep(options: CopyOptions, tree: Id): Promise<number> {
  try {
    return await copyTrees(options, tree);
  } catch (error) {
    // After a fault of the target this throws at once.
    if (!options.signal.aborted) await options.to.flush().catch(() => undefined);
    throw error;
  }
}

/**
 * Every tree is walked, also those that are there: a copy that was cut off may have left a tree without its files. The walk
 * is ahead of the copying by a window of blobs, so that they can be read in the order in which they lie.
 */
async function copyTrees({ from, to, signal, clock, onProgress }: CopyOptions, tree: Id): Promise<number> {
  const tally = new Tally({ clock, signal, onProgress });
  const copier = new BlobCopier({ from, to, tally });
  for await (const { id, nodes } of treesOf(from, tree)) {
    await tally.breathe();
    for (const { content } of nodes) for (const blob of content ?? []) copier.want('data', blob);
    copier.want('tree', id);
    if (!copier.isFull) continue;
    await copier.copyWanted();
    await to.flush();
  }
  await copier.copyWanted();
  tally.finish();
  return copier.stored;
}

/** A snapshot there that is a copy of this one, or of the same first one. */
async function copyOf(to: Repository, snapshot: Snapshot): Promise<Id | undefined> {
  const first = snapshot.original ?? snapshot.id;
  const there = await loadSnapshots(to, () => undefined);
  return there.find((each) => (each.original === first || each.id === first) && each.tree === snapshot.tree)?.id;
}
