import type { BackupRecord, StoredCopy } from '../base/backup.ts';
import { canonicalJson } from './chain.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { textOf } from './row.ts';

type CopyEvent = Extract<
  MusterEvent,
  { readonly type: 'backup.removed' | 'backup.repaired' | 'copy.succeeded' | 'copy.failed' }
>;

/** What an event about one stored copy of a backup means for the catalog. */
export function foldCopy(database: Database, event: CopyEvent): void {
  const backup = event.type === 'backup.repaired' ? bySnapshot(database, event) : byId(database, event.backup);
  if (backup !== undefined) keep(database, changed(backup, event));
}

function changed(backup: BackupRecord, event: CopyEvent): BackupRecord {
  const { storage: name } = event;
  if (event.type === 'backup.removed')
    return event.movedTo === undefined
      ? without(backup, name)
      : withCopy(backup, { name, snapshot: '', status: 'moved' });
  if (event.type === 'backup.repaired') return repaired(backup, event);
  if (event.type === 'copy.succeeded')
    return completed(withCopy(backup, { name, snapshot: event.snapshot, status: 'stored' }));
  // It may be there all the same: what failed was to bring it there again.
  const isThere = backup.storage.some((copy) => copy.name === name && isStored(copy));
  return isThere ? backup : withCopy(backup, { name, snapshot: '', status: 'failed' });
}

/** In the place of what was known of that target. */
function withCopy(backup: BackupRecord, copy: StoredCopy): BackupRecord {
  const isKnown = backup.storage.some(({ name }) => name === copy.name);
  const storage = isKnown
    ? backup.storage.map((known) => (known.name === copy.name ? copy : known))
    : [...backup.storage, copy];
  return { ...backup, storage };
}

/** A backup that lacked nothing but copies has succeeded with the last of them. */
function completed({ lacks, ...backup }: BackupRecord): BackupRecord {
  if (lacks === undefined) return backup;
  if (backup.storage.some(({ status }) => status === 'failed')) return { ...backup, lacks };
  return { ...backup, status: 'succeeded' };
}

function byId(database: Database, id: string): BackupRecord | undefined {
  const row = database.get('SELECT record FROM backups WHERE id = :id', { id });
  return row === undefined ? undefined : (JSON.parse(textOf(row, 'record')) as BackupRecord);
}

function bySnapshot(
  database: Database,
  { system, storage, snapshot }: Extract<CopyEvent, { type: 'backup.repaired' }>,
): BackupRecord | undefined {
  const row = database.get(
    `SELECT id FROM backups WHERE system = :system AND EXISTS (SELECT 1 FROM json_each(record, '$.storage')
       WHERE value ->> '$.name' = :storage AND value ->> '$.snapshot' = :snapshot)`,
    { system, storage, snapshot },
  );
  return row === undefined ? undefined : byId(database, textOf(row, 'id'));
}

function without(backup: BackupRecord, storage: string): BackupRecord {
  return { ...backup, storage: backup.storage.filter(({ name }) => name !== storage) };
}

/** Whole copies elsewhere make the broken one superfluous; as the only one it stays, and the backup is partial. */
function repaired(
  backup: BackupRecord,
  { storage, replacement }: Extract<CopyEvent, { type: 'backup.repaired' }>,
): BackupRecord {
  const others = without(backup, storage);
  if (replacement === undefined || others.storage.some(isStored)) return others;
  const copies = backup.storage.map((copy) => (copy.name === storage ? { ...copy, snapshot: replacement } : copy));
  return { ...backup, status: 'partial', storage: copies };
}

function isStored({ status }: StoredCopy): boolean {
  return status === 'stored';
}

function keep(database: Database, backup: BackupRecord): void {
  if (!backup.storage.some(isStored)) database.run('DELETE FROM backups WHERE id = :id', { id: backup.id });
  else
    database.run('UPDATE backups SET record = :record WHERE id = :id', {
      id: backup.id,
      record: canonicalJson(backup),
    });
}
