import { backupTypes, type BackupRecord, type StoredCopy } from '../base/backup.ts';
import { messageOf } from '../base/error.ts';
import type { Snapshot, Vault } from '../vault/vault.ts';
import { named } from './named.ts';
import { tagged } from './snapshots.ts';
import type { State } from './state.ts';

export interface RebuildOutcome {
  /** Backups that came into the catalog. */
  readonly found: readonly BackupRecord[];
  /** Backups that were known, and are known to be in this target now. */
  readonly completed: readonly BackupRecord[];
  /** Backups that were known to be there. */
  readonly known: number;
  /** Snapshots without the tags of muster: they stay out of the catalog. */
  readonly foreign: number;
  readonly damaged: readonly { readonly id: string; readonly detail: string }[];
}

/**
 * Brings the backups that lie in a storage target back into the catalog, by the tags on their snapshots. What the catalog
 * knows already is kept, and completed by this copy. Done twice it changes nothing.
 */
export async function rebuildCatalog(state: State, storage: string): Promise<RebuildOutcome> {
  named(state.plan.storage, storage, 'storage');
  const vault = await state.vaults.open(storage, { purpose: 'catalog rebuild' });
  const damaged: { id: string; detail: string }[] = [];
  const snapshots = await vault.snapshots((id, error) => damaged.push({ id, detail: messageOf(error) }));
  const outcome = { found: [] as BackupRecord[], completed: [] as BackupRecord[], known: 0, foreign: 0, damaged };
  for (const snapshot of snapshots) {
    const system = tagged(snapshot, 'system');
    if (system === undefined) outcome.foreign += 1;
    else await bringBack({ state, vault, storage, outcome }, snapshot, system);
  }
  return outcome;
}

interface Rebuilding {
  readonly state: State;
  readonly vault: Vault;
  readonly storage: string;
  readonly outcome: {
    readonly found: BackupRecord[];
    readonly completed: BackupRecord[];
    known: number;
    readonly damaged: { id: string; detail: string }[];
  };
}

async function bringBack(rebuilding: Rebuilding, snapshot: Snapshot, system: string): Promise<void> {
  const { state, storage, outcome } = rebuilding;
  const copy: StoredCopy = { name: storage, snapshot: snapshot.id, status: 'stored' };
  const known = state.catalog().find(snapshot.original ?? snapshot.id);
  if (
    known?.storage.some((each) => each.name === storage && each.snapshot === snapshot.id && each.status === 'stored')
  ) {
    outcome.known += 1;
    return;
  }
  try {
    const backup = known ? withCopy(known, copy) : await recordOf(rebuilding, snapshot, system);
    state.note({ type: 'backup.found', system, storage, backup });
    (known ? outcome.completed : outcome.found).push(backup);
  } catch (error) {
    outcome.damaged.push({ id: snapshot.id, detail: messageOf(error) });
  }
}

function withCopy(backup: BackupRecord, copy: StoredCopy): BackupRecord {
  return { ...backup, storage: [...backup.storage.filter(({ name }) => name !== copy.name), copy] };
}

/**
 * What the snapshot does not say is as little as is sure: nothing of the rows of databases, and no duration. That it is
 * there says that the backup came to its end, but not whether some files could not be read.
 */
async function recordOf(
  { state, vault, storage }: Rebuilding,
  snapshot: Snapshot,
  system: string,
): Promise<BackupRecord> {
  const { files, bytes } = await vault.totals(snapshot.id);
  return {
    id: snapshot.original ?? snapshot.id,
    system,
    source: state.plan.systems.get(system)?.source?.type ?? 'files',
    type: backupTypes.find((type) => type === tagged(snapshot, 'type')) ?? 'incremental',
    schedule: tagged(snapshot, 'schedule'),
    status: 'succeeded',
    run: tagged(snapshot, 'run') ?? '',
    startedAt: snapshot.time,
    finishedAt: snapshot.time,
    bytesRead: 0,
    bytesTotal: bytes,
    bytesStored: 0,
    files,
    storage: [{ name: storage, snapshot: snapshot.id, status: 'stored' }],
    manifest: {},
  };
}
