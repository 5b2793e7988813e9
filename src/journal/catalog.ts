import type { BackupRecord } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import type { Database } from './database.ts';
import type { BackupFilter, Catalog } from './journal.ts';
import { prefixRange } from './prefix.ts';
import { numberOf, optionalNumber, textOf, type Row } from './row.ts';

/** Shorter prefixes of a backup's id find nothing. */
const shortestPrefix = 4;

export function catalogOf(database: Database): Catalog {
  const one = (sql: string, system: string, more: Readonly<Record<string, string>> = {}): number | undefined => {
    const row = database.get(sql, { system, ...more });
    return row === undefined ? undefined : optionalNumber(row, 'value');
  };
  return {
    backups: (filter = {}) => listBackups(database, filter),
    find: (id) => findBackup(database, id.toLowerCase()),
    newest: (system, filter) => listBackups(database, { ...filter, system, limit: 1 })[0],
    lastVerified: (system) =>
      one('SELECT max(at) AS value FROM verifications WHERE system = :system AND passed = 1', system),
    lastProvenRestore: (system) =>
      one('SELECT max(at) AS value FROM restores WHERE system = :system AND proven = 1', system),
    provenBackup: (system) => {
      const row = database.get(lastProven, { system });
      return row === undefined ? undefined : textOf(row, 'backup');
    },
    measuredRestore: (system) => one(newestRestoreDuration, system),
    measuredBackup: (system) => one(newestBackupDuration, system),
    measuredCopy: (system, storage) => one(newestCopyDuration, system, { storage }),
    failuresInARow: (system) => failuresInARow(database, system),
  };
}

const lastProven = `SELECT backup FROM restores WHERE system = :system AND proven = 1
  ORDER BY at DESC, sequence DESC LIMIT 1`;
const newestRestoreDuration = `SELECT duration_ms AS value FROM restores WHERE system = :system AND proven = 1
  ORDER BY at DESC, sequence DESC LIMIT 1`;
const newestBackupDuration = `SELECT max(0, (record ->> '$.finishedAt') - (record ->> '$.startedAt')) AS value FROM backups
  WHERE system = :system AND record ->> '$.status' = 'succeeded' ORDER BY started_at DESC, sequence DESC LIMIT 1`;

const newestCopyDuration = `SELECT duration_ms AS value FROM copies WHERE system = :system AND storage = :storage
  ORDER BY sequence DESC LIMIT 1`;

function listBackups(database: Database, filter: BackupFilter): readonly BackupRecord[] {
  const { system = null, storage = null, type = null, until = null, limit = -1 } = filter;
  return database
    .all(
      `SELECT record FROM backups WHERE (:system IS NULL OR system = :system) AND (:until IS NULL OR started_at <= :until)
         AND (:storage IS NULL OR EXISTS (SELECT 1 FROM json_each(record, '$.storage')
           WHERE value ->> '$.name' = :storage AND value ->> '$.status' = 'stored'))
         AND (:type IS NULL OR record ->> '$.type' = :type)
       ORDER BY started_at DESC, sequence DESC LIMIT :limit`,
      { system, until, storage, type, limit },
    )
    .map(recordFrom);
}

function findBackup(database: Database, id: string): BackupRecord | undefined {
  if (id.length < shortestPrefix) return undefined;
  const rows = database.all(
    'SELECT record FROM backups WHERE id >= :from AND id < :to ORDER BY id LIMIT 3',
    prefixRange(id),
  );
  const [first, second] = rows.map(recordFrom);
  if (first === undefined || second === undefined || first.id === id) return first;
  throw new MusterError(
    `more than one backup begins with ${id}: ${first.id}, ${second.id}${rows.length > 2 ? ' …' : ''}`,
    {
      code: 'backup-ambiguous',
      hint: 'Give more digits of its id.',
    },
  );
}

/** Failures that were recorded after the newest backup, however it is dated. */
function failuresInARow(database: Database, system: string): number {
  const row = database.get(
    `SELECT count(*) AS value FROM backup_failures WHERE system = :system
       AND sequence > coalesce((SELECT max(sequence) FROM backups WHERE system = :system), 0)`,
    { system },
  );
  return row === undefined ? 0 : numberOf(row, 'value');
}

function recordFrom(row: Row): BackupRecord {
  // Written by the fold from an event of that type.
  return JSON.parse(textOf(row, 'record')) as BackupRecord;
}
