import type { PostgresSource } from '../../../plan/model/system.ts';
import type { RestoreSourceRequest } from '../../source.ts';
import type { Connection } from '../connection.ts';
import type { DatabaseManifest } from '../manifest.ts';

/** What the parts of a restore share. */
export interface Restoring {
  readonly definition: PostgresSource;
  readonly request: RestoreSourceRequest;
  /** Those that are meant. */
  readonly databases: readonly DatabaseManifest[];
  readonly connection: Connection;
}
