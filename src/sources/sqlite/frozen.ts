import { DatabaseSync } from 'node:sqlite';
import type { Clock, Milliseconds } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import { systemClock } from '../../base/clock.ts';
import { notADatabase, unreadable } from './database-file.ts';

export interface FreezeOptions {
  readonly signal: AbortSignal;
  /** How long to wait for a program that holds the database for itself. */
  readonly patience: Milliseconds;
  readonly clock?: Clock;
}

/** Short at first, to find the gap between two commits of a program that writes without a break. */
const pauses: readonly Milliseconds[] = [1, 2, 5, 10, 15, 20, 25];
const longestPause: Milliseconds = 25;

/**
 * Opens a database read-only and begins a read transaction, so that everything read through it is of one moment.
 * In WAL mode writers go on meanwhile; in the other modes their commits wait until it is closed.
 * Throws `source-locked`, `source-not-a-database`, `source-damaged`, `source-needs-recovery`, `source-unreadable`.
 */
export async function openFrozen(path: string, options: FreezeOptions): Promise<DatabaseSync> {
  const clock = options.clock ?? systemClock;
  const end = clock.now() + options.patience;
  for (let tries = 0; ; tries += 1) {
    const opened = tryToFreeze(path);
    if (opened instanceof DatabaseSync) return opened;
    if (opened.code !== 'source-locked' || clock.now() >= end) throw opened;
    await clock.sleep(pauses[tries] ?? longestPause, options.signal);
  }
}

function tryToFreeze(path: string): DatabaseSync | MusterError {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    database.exec('BEGIN');
    // The transaction begins with the first read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database?.close();
    return faultOf(path, error);
  }
}

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const faults: ReadonlyMap<number, (path: string, detail: string) => MusterError> = new Map([
  [5, locked],
  [6, locked],
  [8, needsRecovery],
  [11, damaged],
  [26, (path) => notADatabase(path, 'is not an SQLite database, or is an encrypted one')],
]);

function faultOf(path: string, error: unknown): MusterError {
  const fault = faults.get(resultCodeOf(error) ?? 0) ?? unreadable;
  return fault(path, messageOf(error));
}

/** The lower byte: extended codes carry the primary one in it. */
export function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function damaged(path: string, detail: string): MusterError {
  return new MusterError(`the database ${path} is damaged: ${detail}`, {
    code: 'source-damaged',
    hint: 'Restore its last good backup, or save what can be read with: sqlite3 FILE .recover',
  });
}

function locked(path: string): MusterError {
  return new MusterError(`a program holds the database ${path} for itself`, {
    code: 'source-locked',
    hint: 'End its long transaction, or do not let it use an exclusive locking mode.',
    retryable: true,
  });
}

function needsRecovery(path: string): MusterError {
  return new MusterError(`the database ${path} was left in the middle of a write`, {
    code: 'source-needs-recovery',
    hint: 'Let its own program open it once, or run: sqlite3 FILE "pragma schema_version"; muster never writes to it.',
  });
}
