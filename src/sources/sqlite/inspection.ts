import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../base/error.ts';
import { resultCodeOf } from './frozen.ts';

/** What SQLite itself says of a database that nobody writes to. */
export interface Inspection {
  readonly check: 'integrity_check' | 'quick_check';
  /** Empty: it is sound. */
  readonly problems: readonly string[];
  /** Why the check could not be made: the database needs functions that only its own program has. */
  readonly unchecked: string | undefined;
  /** By table; tables that only the own program can read are left out. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Above it, indexes are not compared with their tables: that takes random reads all over the file. */
const quickAbove = 1024 ** 3;

/** Runs for as long as the file takes to read: only ever in a thread of its own. Leaves no file beside the database. */
export function inspect(path: string): Inspection {
  const location = pathToFileURL(path);
  location.search = 'immutable=1';
  using database = new DatabaseSync(location, { readOnly: true });
  const check = statSync(path).size > quickAbove ? 'quick_check' : 'integrity_check';
  return { check, ...verdict(database, check), rows: countRows(database) };
}

function verdict(database: DatabaseSync, check: Inspection['check']): Pick<Inspection, 'problems' | 'unchecked'> {
  try {
    const lines = database
      .prepare(`PRAGMA ${check}(10)`)
      .all()
      .map((row) => String(Object.values(row)[0]));
    return { problems: lines[0] === 'ok' ? [] : lines, unchecked: undefined };
  } catch (error) {
    if (isForeign(error)) return { problems: [], unchecked: messageOf(error) };
    return { problems: [messageOf(error)], unchecked: undefined };
  }
}

/** SQLITE_ERROR: a collation, a function or a module that is not built in. */
function isForeign(error: unknown): boolean {
  return resultCodeOf(error) === 1;
}

function countRows(database: DatabaseSync): Inspection['rows'] {
  try {
    return Object.fromEntries(tablesOf(database).flatMap((table) => countOf(database, table)));
  } catch {
    // A schema that cannot be read: the check has said so.
    return {};
  }
}

function tablesOf(database: DatabaseSync): readonly string[] {
  const list = database.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name",
  );
  return list
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith('sqlite_'));
}

function countOf(database: DatabaseSync, table: string): readonly (readonly [string, number])[] {
  try {
    const row = database.prepare(`SELECT count(*) AS count FROM "${table.replaceAll('"', '""')}"`).get();
    return [[table, Number(row?.['count'])]];
  } catch {
    return [];
  }
}
