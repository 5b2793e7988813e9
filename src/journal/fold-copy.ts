import type { BackupRecord, StoredCopy } from '../base/backup.ts';
import { canonicalJson } from './chain.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { textOf } from './row.ts';

type CopyEvent = Extract<MusterEvent, { readonly type: 'backup.removed' | 'backup.repaired' }>;

/** What an event about one stored copy of a backup means for the catalog. */
export function foldCopy(database: Database, event: CopyEvent): void {
  const backup = event.type === 'backup.removed' ? byId(database, event.backup) : bySnapshot(database, event);
  if (backup === undefined) return;
  keep(database, event.type === 'backup.removed' ? without(backup, event.storage) : repaired(backup, event));
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
