import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf, MusterError } from '../base/error.ts';

/** Primary result codes of SQLite: the low byte of an extended one. */
const sqliteBusy = new Set([5, 6, 15]);
const sqliteDamaged = new Set([11, 26]);
const sqliteFull = 13;
const sqliteFailed = 10;
const sqliteUnwritable = new Set([3, 8, 10, 14, 23]);

/**
 * What went wrong with the journal's file, with what to do about it. Codes: `journal-damaged`, `journal-full`,
 * `journal-not-writable`, `journal-busy` (retryable). Anything that is no fault of the file is given back as it is.
 */
export function journalFault(path: string, error: unknown): unknown {
  if (error instanceof MusterError) return error;
  const result = resultCode(error);
  if (sqliteDamaged.has(result)) return damaged(path, `it is damaged or no database: ${messageOf(error)}`, error);
  if (result === sqliteFull || codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') return full(path, error);
  if (result === sqliteFailed && hasNoRoom(path)) return full(path, error);
  if (sqliteBusy.has(result)) return busy(path, error);
  if (sqliteUnwritable.has(result) || isSystemError(error)) return notWritable(path, error);
  return error;
}

export function damaged(path: string, what: string, cause?: unknown): MusterError {
  return new MusterError(`the journal ${path} cannot be used: ${what}`, {
    code: 'journal-damaged',
    hint: 'Move journal.db, journal.db-wal and journal.db-shm aside together, keep them, and put back a copy of them; without one, a new journal is begun.',
    cause,
  });
}

export function newer(path: string, found: number, known: number): MusterError {
  return new MusterError(
    `the journal ${path} was written by a newer muster: format ${found}, this one knows ${known}`,
    {
      code: 'journal-newer',
      hint: 'Use that newer muster, or another state folder with --state.',
    },
  );
}

function full(path: string, cause: unknown): MusterError {
  return new MusterError(`the disk is full: the journal ${path} could not be written`, {
    code: 'journal-full',
    hint: 'Free space on that disk, then run the same command again.',
    cause,
  });
}

function busy(path: string, cause: unknown): MusterError {
  return new MusterError(`the journal ${path} is in use by other processes for too long`, {
    code: 'journal-busy',
    hint: 'Look for a process that holds the file open (fuser journal.db), then run the same command again.',
    retryable: true,
    cause,
  });
}

function notWritable(path: string, cause: unknown): MusterError {
  return new MusterError(`the journal ${path} cannot be opened or written: ${messageOf(cause)}`, {
    code: 'journal-not-writable',
    hint: 'Give this user a folder on a writable local disk, with --state or MUSTER_STATE.',
    cause,
  });
}

function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0;
  return error.errcode & 0xff;
}

/** On a full disk SQLite can't make the memory that its processes share, and calls that a failure of the disk. */
function hasNoRoom(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < sharedMemory;
}

/** In bytes. */
const sharedMemory = 65_536;

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
