import type { Id, Repository, RepositoryLock } from '../../repository.ts';
import { asFields, copiedSnapshotJson, loadSnapshots } from '../../snapshot.ts';
import type { Snapshot } from '../../vault.ts';
import { systemOf } from '../forget.ts';
import type { DamagedSnapshot } from '../requests.ts';
import { putAside } from './aside.ts';
import type { Content } from './content.ts';
import { mendTree } from './mend-tree.ts';
import type { BrokenSnapshot } from './survey-snapshots.ts';

export interface SnapshotMending {
  readonly repository: Repository;
  readonly content: Content;
  readonly lock: RepositoryLock;
  /** Full ids of snapshots that muster did not make and that may be replaced. */
  readonly foreign: readonly string[];
}

export const repairedTag = 'muster:repaired';

/** Puts a snapshot without what is lost in the place of each broken one; the old one goes when the new one is there. */
export async function mendSnapshots(
  mending: SnapshotMending,
  broken: readonly BrokenSnapshot[],
): Promise<readonly DamagedSnapshot[]> {
  const reports: DamagedSnapshot[] = [];
  for (const each of broken) reports.push(await mendSnapshot(mending, each));
  return reports;
}

async function mendSnapshot(mending: SnapshotMending, broken: BrokenSnapshot): Promise<DamagedSnapshot> {
  const report = reportOf(broken, mending.foreign);
  const { objects } = mending.repository;
  if (report.outcome === 'left') return report;
  const replacement = broken.kind === 'holes' ? await replace(mending, broken.snapshot) : undefined;
  await putAside(objects, { kind: 'snapshots', id: report.id }, mending.lock);
  return { ...report, replacement };
}

/** What will be done about a snapshot, before it is. */
export function reportOf(broken: BrokenSnapshot, foreign: readonly string[]): DamagedSnapshot {
  if (broken.kind === 'unreadable') {
    const { id, detail } = broken;
    const lost = [{ path: '/', detail }];
    return { id, system: undefined, time: undefined, lost, outcome: 'unreadable', replacement: undefined };
  }
  const { snapshot, lost } = broken;
  const system = systemOf(snapshot);
  const isLeft = system === undefined && !foreign.includes(snapshot.id);
  const isGone = lost.some(({ path }) => path === '/');
  const outcome = isLeft ? 'left' : isGone ? 'unreadable' : 'repaired';
  return { id: snapshot.id, system, time: snapshot.time, lost, outcome, replacement: undefined };
}

async function replace({ repository, content }: SnapshotMending, snapshot: Snapshot): Promise<Id | undefined> {
  const { id, tree, tags } = snapshot;
  const mended = await mendTree(repository, content, tree);
  if (mended === undefined) return undefined;
  await repository.flush();
  const there = await replacementOf(repository, snapshot, mended);
  if (there !== undefined) return there;
  const fields = asFields(id, await repository.loadJson('snapshots', id));
  const marked = tags.includes(repairedTag) ? tags : [...tags, repairedTag];
  return await repository.saveJson('snapshots', copiedSnapshotJson({ ...fields, tree: mended, tags: marked }, id));
}

/** One that a repair made which was cut off before the old one went. */
async function replacementOf(repository: Repository, snapshot: Snapshot, tree: Id): Promise<Id | undefined> {
  const first = snapshot.original ?? snapshot.id;
  const there = await loadSnapshots(repository, () => undefined);
  return there.find(
    (each) =>
      each.original === first &&
      each.tree === tree &&
      each.time === snapshot.time &&
      each.tags.includes(repairedTag) &&
      each.id !== snapshot.id,
  )?.id;
}
