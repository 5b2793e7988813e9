import type { BackupRecord } from '../base/backup.ts';
import { codeOf, messageOf, MusterError } from '../base/error.ts';
import { plainStep } from '../order/restore-plan.ts';
import type { PlannedStep } from '../order/step.ts';
import type { FilesSource } from '../plan/model/system.ts';
import type { Snapshot } from '../vault/vault.ts';
import type { RestoreOptions } from './requests.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

/** Every snapshot in a storage target, whoever made it. */
export interface SnapshotList {
  /** Oldest first. */
  readonly snapshots: readonly SnapshotLine[];
  readonly damaged: readonly { readonly id: string; readonly detail: string }[];
}

export interface SnapshotLine extends Snapshot {
  /** Id of the backup in the catalog that it is, if it is one. */
  readonly backup: string | undefined;
  /** System that muster made it of. */
  readonly system: string | undefined;
}

export async function listSnapshots(state: State, storage: string): Promise<SnapshotList> {
  named(state.plan.storage, storage, 'storage');
  const vault = await state.vaults.open(storage, { purpose: 'snapshots' });
  const backups = backupsBySnapshot(state, storage);
  const damaged: { id: string; detail: string }[] = [];
  const found = await vault.snapshots((id, error) => damaged.push({ id, detail: messageOf(error) }));
  const snapshots = found.map((snapshot) => ({
    ...snapshot,
    backup: backups.get(snapshot.id),
    system: tagged(snapshot, 'system'),
  }));
  return { snapshots, damaged };
}

function backupsBySnapshot(state: State, storage: string): ReadonlyMap<string, string> {
  const copies = state.catalog().backups({ storage });
  return new Map(
    copies.flatMap((backup) =>
      backup.storage.filter(({ name }) => name === storage).map(({ snapshot }) => [snapshot, backup.id] as const),
    ),
  );
}

/** `web` for `muster:system=web`. */
export function tagged({ tags }: Pick<Snapshot, 'tags'>, name: string): string | undefined {
  const prefix = `muster:${name}=`;
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}

/**
 * The restore of a snapshot that the catalog does not know, to a folder: what restic made, or another muster. Undefined when
 * the target has none of that id. Throws `place-missing` for a restore in place: nobody knows what it belongs to.
 */
export async function planSnapshotRestore(
  state: State,
  options: RestoreOptions & { readonly from: string },
): Promise<PlannedStep | undefined> {
  const { from, what, place, paths, overwrite } = options;
  named(state.plan.storage, from, 'storage');
  const snapshot = await findSnapshot(state, from, what);
  if (snapshot === undefined) return undefined;
  if (place.kind === 'in-place') throw onlyToFolder(what);
  const backup = recordOf(snapshot, from);
  const action = { kind: 'restore', system: backup.system, backup, storage: [from], place, paths, overwrite } as const;
  return plainStep(state.plan, `restore/${what}`, { ...action, source: anyFiles });
}

async function findSnapshot(state: State, storage: string, id: string): Promise<Snapshot | undefined> {
  if (!/^[0-9a-f]{4,64}$/.test(id)) return undefined;
  try {
    return await (await state.vaults.open(storage, { purpose: 'restore' })).snapshot(id);
  } catch (error) {
    if (codeOf(error) === 'snapshot-missing') return undefined;
    throw error;
  }
}

/** Takes everything as it is in the snapshot. */
const anyFiles: FilesSource = {
  type: 'files',
  at: { file: '', line: 1, column: 1 },
  paths: [],
  exclude: [],
  allowEmpty: true,
};

/** The least that a restore has to know; it is never kept. */
function recordOf(snapshot: Snapshot, storage: string): BackupRecord {
  return {
    id: snapshot.id,
    system: tagged(snapshot, 'system') ?? `snapshot-${snapshot.id.slice(0, 8)}`,
    source: 'files',
    type: 'full',
    schedule: undefined,
    status: 'succeeded',
    run: '',
    startedAt: snapshot.time,
    finishedAt: snapshot.time,
    bytesRead: 0,
    bytesTotal: 0,
    bytesStored: 0,
    files: 0,
    storage: [{ name: storage, snapshot: snapshot.id, status: 'stored' }],
    manifest: {},
  };
}

function onlyToFolder(id: string): MusterError {
  return new MusterError(`the snapshot ${id} is not in the catalog, so it is not known where it belongs`, {
    code: 'place-missing',
    hint: 'Restore it with --to FOLDER, or bring it into the catalog with muster catalog rebuild.',
  });
}
