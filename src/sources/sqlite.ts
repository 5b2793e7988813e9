import { backupTypes } from '../base/backup.ts';
import type { Milliseconds } from '../base/clock.ts';
import type { SqliteSource } from '../plan/model/system.ts';
import { findingOf } from './finding.ts';
import type { Source, SourceFinding } from './source.ts';
import { captureDatabase } from './sqlite/capture.ts';
import { findDatabaseFile } from './sqlite/database-file.ts';
import { openFrozen } from './sqlite/frozen.ts';
import { restoreDatabase } from './sqlite/restore.ts';

export interface SqliteOptions {
  /** How long a backup waits for a program that holds the database for itself. Default: 30 seconds. */
  readonly patience?: Milliseconds;
}

/** An SQLite database, copied as of one moment while its program goes on. */
export function createSqliteSource({ patience = 30_000 }: SqliteOptions = {}): Source<SqliteSource> {
  return {
    facts: { backupTypes, selective: false, needsStopped: true },
    check: checkDatabase,
    capture: (definition, request) => captureDatabase(definition, request, patience),
    restore: restoreDatabase,
  };
}

/** Opens it for a moment; a program that holds it just now is a warning only. */
async function checkDatabase(definition: SqliteSource): Promise<readonly SourceFinding[]> {
  try {
    const path = await findDatabaseFile(definition.path);
    const database = await openFrozen(path, { signal: AbortSignal.timeout(10_000), patience: 1000 });
    database.close();
    return [];
  } catch (error) {
    return [findingOf(error)];
  }
}
