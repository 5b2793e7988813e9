import type { DatabaseSync } from 'node:sqlite';
import { damaged, newer } from './fault.ts';
import { version1, version2, version3, version4, version5, version6 } from './schema.ts';

/** `MSTR`: tells a journal from other SQLite files, for `file` too. */
const applicationId = 0x4d535452;

/** The step from version n to n + 1 stands at index n. Never changed once released; only added to. */
const migrations: readonly string[] = [version1, version2, version3, version4, version5, version6];

/** Brings the schema up to date, in one transaction. Throws `journal-newer`, and `journal-damaged` for a foreign database. */
export function migrate(sqlite: DatabaseSync, path: string): void {
  if (versionOf(sqlite, path) === migrations.length) return;
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have done it while this one waited for the lock.
    for (const migration of migrations.slice(versionOf(sqlite, path))) sqlite.exec(migration);
    sqlite.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(sqlite: DatabaseSync, path: string): number {
  const version = pragma(sqlite, 'user_version');
  if (pragma(sqlite, 'application_id') !== applicationId) {
    if (version === 0 && isEmpty(sqlite)) return 0;
    throw damaged(path, 'it is a database of another program');
  }
  if (version > migrations.length) throw newer(path, version, migrations.length);
  return version;
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function isEmpty(sqlite: DatabaseSync): boolean {
  return sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
