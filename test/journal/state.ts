import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { MusterError } from '../../src/base/error.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/open.ts';
import type { Owner } from '../../src/journal/owner.ts';

/** A folder of the test's own, gone when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal that is closed when the test has ended. */
export function openState(folder: string, owner?: Owner): Journal {
  const journal = openJournal({ folder, clock: systemClock, ...(owner ? { owner } : {}) });
  onTestFinished(() => journal.close());
  return journal;
}

/** What the work throws, which must be a `MusterError`. */
export function faultOf(work: () => unknown): MusterError {
  try {
    work();
  } catch (error) {
    if (error instanceof MusterError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Works on the file behind the journal's back. */
export function withDatabase<T>(folder: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder, 'journal.db'), { timeout: 10_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const tables = ['runs', 'steps', 'backups', 'backup_failures', 'verifications', 'restores', 'copies'];

/** All rows of the tables that are folds of the events. */
export function foldedTables(folder: string): Readonly<Record<string, unknown>> {
  return withDatabase(folder, (database) =>
    Object.fromEntries(
      tables.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()]),
    ),
  );
}
