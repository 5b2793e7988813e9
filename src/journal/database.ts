import { dirname, join, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { journalFault } from './fault.ts';
import { createFile, createFolder } from './file.ts';
import { migrate } from './migrate.ts';
import type { Row } from './row.ts';

/** How long a statement waits for other processes, in milliseconds. Their transactions last milliseconds each. */
const busyTimeout = 20_000;

/** Values of the `:name` parameters of a statement. */
export type Values = Readonly<Record<string, SQLInputValue>>;

/** The journal's file, open. What SQLite throws comes out as the `MusterError`s of `journalFault`. */
export interface Database {
  readonly path: string;
  run(sql: string, values?: Values): void;
  /** Columns by name. */
  insert(table: string, values: Values): void;
  get(sql: string, values?: Values): Row | undefined;
  all(sql: string, values?: Values): readonly Row[];
  /** One row at a time, for what may be large. */
  iterate(sql: string, values?: Values): Iterable<Row>;
  /** Takes the write lock at once; durable when it returns; nothing is changed when `work` throws. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Opens `folder/journal.db`, made at need (folder 0700, file 0600), and brings its schema up to date. */
export function openDatabase(folder: string): Database {
  const path = join(resolve(folder), 'journal.db');
  return faultsNamed(path, () => {
    createFolder(dirname(path));
    createFile(path);
    const sqlite = new DatabaseSync(path, { timeout: busyTimeout });
    try {
      useWriteAheadLog(sqlite);
      // In WAL mode FULL syncs the log at every commit: what was appended survives a power loss.
      sqlite.exec('PRAGMA synchronous = FULL');
      migrate(sqlite, path);
      return wrap(sqlite, path);
    } catch (error) {
      sqlite.close();
      throw error;
    }
  });
}

/** The first switch needs the file for itself, and SQLite does not wait for that: processes that start at once take turns. */
function useWriteAheadLog(sqlite: DatabaseSync): void {
  const deadline = Date.now() + busyTimeout;
  while (!isWriteAheadLog(sqlite)) {
    try {
      sqlite.exec('PRAGMA journal_mode = WAL');
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function isWriteAheadLog(sqlite: DatabaseSync): boolean {
  return sqlite.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'wal';
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function wrap(sqlite: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    path,
    run: (sql, values = {}) => void faultsNamed(path, () => prepared(sql).run(values)),
    insert: (table, values) => void faultsNamed(path, () => prepared(insertText(table, values)).run(values)),
    get: (sql, values = {}) => faultsNamed(path, () => prepared(sql).get(values)),
    all: (sql, values = {}) => faultsNamed(path, () => prepared(sql).all(values)),
    // A statement of its own: a cached one would be reset by the next use of the same text.
    iterate: (sql, values = {}) => iterate(path, () => sqlite.prepare(sql).iterate(values)),
    transaction: (work) => faultsNamed(path, () => transaction(sqlite, work)),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

function insertText(table: string, values: Values): string {
  const columns = Object.keys(values);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`;
}

function* iterate(path: string, rows: () => Iterable<Row>): Iterable<Row> {
  try {
    yield* rows();
  } catch (error) {
    throw journalFault(path, error);
  }
}

function transaction<T>(sqlite: DatabaseSync, work: () => T): T {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk or an I/O error has already rolled it back.
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

function faultsNamed<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw journalFault(path, error);
  }
}
