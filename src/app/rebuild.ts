import { backupTypes, type BackupRecord, type StoredCopy } from '../base/backup.ts';
import { messageOf } from '../base/error.ts';
import type { Snapshot, Vault } from '../vault/vault.ts';
import { named } from './named.ts';
import { keepsCatalog } from './sealed/keep.ts';
import type { TakenEvidence } from './sealed/take-over.ts';
import { tagged } from './snapshots.ts';
import type { State } from './state.ts';

export interface RebuildOutcome {
  /** Backups that came into the catalog. */
  readonly found: readonly BackupRecord[];
  /** How many of those are known by the tags on their snapshots alone: nobody knows their details. */
  readonly byTags: number;
  /** Backups that were known, and are known to be in this target now. */
  readonly completed: readonly BackupRecord[];
  /** Backups that were known to be there. */
  readonly known: number;
  /** Backups that the sealed catalog says are here, and are not. */
  readonly gone: readonly BackupRecord[];
  /** Snapshots without the tags of muster: they stay out of the catalog. */
  readonly foreign: number;
  readonly damaged: readonly { readonly id: string; readonly detail: string }[];
  /** What the sealed catalogs of the target gave; undefined: it can't keep such. */
  readonly evidence: TakenEvidence | undefined;
}

/**
 * Brings what is known of the backups in a storage target back: from the catalog that lies sealed there, held against the
 * snapshots that really exist, and from the tags on snapshots that it lacks. What the catalog knows already is kept, and
 * completed. Done twice it changes nothing.
 */
export async function rebuildCatalog(state: State, storage: string): Promise<RebuildOutcome> {
  const { type } = named(state.plan.storage, storage, 'storage');
  const vault = await state.vaults.open(storage, { purpose: 'catalog rebuild' });
  const damaged: { id: string; detail: string }[] = [];
  const snapshots = await vault.snapshots((id, error) => damaged.push({ id, detail: messageOf(error) }));
  const outcome = { completed: [] as BackupRecord[], foreign: 0, damaged };
  const before = new Map(
    state
      .catalog()
      .backups()
      .map((backup) => [backup.id, backup]),
  );
  const evidence = keepsCatalog(type) ? await evidenceIn(state, vault, storage) : undefined;
  keepCopies(state, storage, before);
  const there = new Set([...snapshots, ...damaged].map(({ id }) => id));
  let byTags = 0;
  for (const snapshot of snapshots) {
    const system = tagged(snapshot, 'system');
    if (system === undefined) outcome.foreign += 1;
    else if ((await bringBack({ state, vault, storage, outcome }, snapshot, system)) === 'found') byTags += 1;
  }
  // Snapshots that have got another name were brought back under it.
  const gone = removeGone(state, { storage, before, there });
  const found = state
    .catalog()
    .backups()
    .filter(({ id }) => !before.has(id));
  const known = [...before.values()].filter((backup) => snapshotIn(backup, storage) !== undefined).length;
  return { found, byTags, known, gone, ...outcome, evidence };
}

async function evidenceIn(state: State, vault: Vault, storage: string): Promise<TakenEvidence> {
  const { takeOverEvidence } = await import('./sealed/take-over.ts');
  return await takeOverEvidence(state, vault.sealed, storage);
}

type Known = ReadonlyMap<string, BackupRecord>;

/** What is known here of copies may be newer than what was sealed there. */
function keepCopies(state: State, storage: string, before: Known): void {
  for (const known of before.values()) {
    const now = state.catalog().find(known.id) ?? known;
    const lost = known.storage.filter((copy) => copy.status === 'stored' && snapshotIn(now, copy.name) === undefined);
    if (lost.length === 0) continue;
    const backup = lost.reduce(withCopy, now);
    state.note({ type: 'backup.found', system: backup.system, storage, backup });
  }
}

/** Of what has just been learnt; nothing that was known before is taken away. */
function removeGone(
  state: State,
  { storage, before, there }: { readonly storage: string; readonly before: Known; readonly there: ReadonlySet<string> },
): readonly BackupRecord[] {
  const gone = state
    .catalog()
    .backups({ storage })
    .filter((backup) => !before.has(backup.id) && !there.has(snapshotIn(backup, storage) ?? ''));
  for (const { id, system } of gone) state.note({ type: 'backup.removed', system, backup: id, storage });
  return gone;
}

function snapshotIn({ storage }: BackupRecord, name: string): string | undefined {
  return storage.find((copy) => copy.name === name && copy.status === 'stored')?.snapshot;
}

interface Rebuilding {
  readonly state: State;
  readonly vault: Vault;
  readonly storage: string;
  readonly outcome: {
    readonly completed: BackupRecord[];
    readonly damaged: { id: string; detail: string }[];
  };
}

async function bringBack(rebuilding: Rebuilding, snapshot: Snapshot, system: string): Promise<'found' | 'known'> {
  const { state, storage, outcome } = rebuilding;
  const copy: StoredCopy = { name: storage, snapshot: snapshot.id, status: 'stored' };
  const known = state.catalog().find(snapshot.original ?? snapshot.id);
  if (known && snapshotIn(known, storage) === snapshot.id) return 'known';
  try {
    const backup = known ? withCopy(known, copy) : await recordOf(rebuilding, snapshot, system);
    state.note({ type: 'backup.found', system, storage, backup });
    if (known) outcome.completed.push(backup);
    return known ? 'known' : 'found';
  } catch (error) {
    outcome.damaged.push({ id: snapshot.id, detail: messageOf(error) });
    return 'known';
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
