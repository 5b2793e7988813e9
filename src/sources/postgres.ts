import { backupTypes } from '../base/backup.ts';
import type { PostgresSource } from '../plan/model/system.ts';
import { captureDatabases } from './postgres/capture.ts';
import { checkServer } from './postgres/check.ts';
import { restoreDatabases } from './postgres/restore.ts';
import { checkReplacing } from './postgres/restore/check.ts';
import type { Source, SourceWorld } from './source.ts';

/** Databases of a PostgreSQL server, dumped while they are in use. */
export function createPostgresSource(world: SourceWorld): Source<PostgresSource> {
  return {
    facts: { backupTypes, selective: true, needsStopped: true },
    check: (definition) => checkServer(definition, world),
    capture: (definition, request) => captureDatabases(definition, request, world),
    checkRestore: (definition, signal) => checkReplacing(definition, world, signal),
    restore: (definition, request) => restoreDatabases(definition, request, world),
  };
}
