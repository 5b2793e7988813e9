import { chmod, chown, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { toBytePath } from '../../base/capture.ts';
import type { Milliseconds } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import type { SqliteSource } from '../../plan/model/system.ts';
import type { Capture, CaptureRequest } from '../source.ts';
import { findDatabaseFile } from './database-file.ts';
import { damaged, openFrozen } from './frozen.ts';
import { inspectInThread } from './inspect.ts';
import type { Inspection } from './inspection.ts';

/** Pages at a time: between two portions a cancelled backup ends. */
const portion = 1000;

/**
 * Copies the database as it is at one moment, checks the copy and counts its rows. Nothing is written to the database.
 * Throws what `findDatabaseFile` and `openFrozen` throw, and `source-damaged`, `source-empty`.
 */
export async function captureDatabase(
  definition: SqliteSource,
  request: CaptureRequest,
  patience: Milliseconds,
): Promise<Capture> {
  const database = await findDatabaseFile(definition.path);
  const copy = join(request.scratch, 'database');
  await copyDatabase(database, copy, { signal: request.signal, patience });
  await keepOwner(database, copy);
  const inspection = await inspectInThread(copy, request.signal);
  requireSound(definition.path, inspection);
  return {
    roots: [{ kind: 'file', path: toBytePath(copy), as: toBytePath(definition.path) }],
    paths: [definition.path],
    manifest: { rows: inspection.rows },
    release: () => rm(copy, { force: true }),
  };
}

async function copyDatabase(
  path: string,
  copy: string,
  options: { readonly signal: AbortSignal; readonly patience: Milliseconds },
): Promise<void> {
  using database = await openFrozen(path, options);
  try {
    await backup(database, copy, { rate: portion, progress: () => options.signal.throwIfAborted() });
    requireTables(path, database);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof MusterError) throw error;
    throw notCopied(path, error);
  }
}

function requireTables(path: string, database: DatabaseSync): void {
  const row = database.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE type = 'table'").get();
  if (row?.['count'] !== 0) return;
  throw new MusterError(`the database ${path} has no table`, {
    code: 'source-empty',
    hint: 'Check that the path is right and that the application has filled its database.',
  });
}

/** So that a restore gives them back; only root may give a file away. */
async function keepOwner(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await stat(from);
  await chmod(to, mode & 0o7777);
  await chown(to, uid, gid).catch(() => undefined);
}

function requireSound(path: string, { problems, check }: Inspection): void {
  if (problems.length > 0) throw damaged(path, `${check} says: ${problems.slice(0, 3).join('; ')}`);
}

function notCopied(path: string, error: unknown): MusterError {
  return new MusterError(`the database ${path} could not be copied: ${messageOf(error)}`, {
    code: 'source-not-copied',
    hint: 'Check that the temporary folder has room for a whole copy of the database.',
    retryable: true,
    cause: error,
  });
}
