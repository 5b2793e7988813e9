import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fromBytePath } from '../../../base/capture.ts';
import { messageOf } from '../../../base/error.ts';
import type { PostgresSource } from '../../../plan/model/system.ts';
import type { RestoreSourceRequest, SourceCheck, SourceWorld } from '../../source.ts';
import { connectionTo } from '../connection.ts';
import { dumpPath, manifestPath, readManifest, type DatabaseManifest } from '../manifest.ts';
import { withServer } from '../server.ts';
import type { Session } from '../session.ts';
import { createDatabase, dropDatabase } from './database.ts';
import { compareRows, loadDump, writeFault, type Loading } from './load.ts';

export interface Trying {
  readonly definition: PostgresSource;
  readonly request: RestoreSourceRequest;
  readonly world: SourceWorld;
  /** Where the dumps are. */
  readonly folder: string;
}

/**
 * Loads each dump into a database of its own that nobody knows, counts its rows, and drops it and nothing else. What
 * can't be tried is a check that was not made.
 */
export async function tryDumps({ definition, request, world, folder }: Trying): Promise<readonly SourceCheck[]> {
  const manifest = await readManifest(request.read(manifestPath));
  const { signal } = request;
  try {
    const connection = await connectionTo(definition, definition.restoreLogin ?? definition.login, world);
    return await withServer(connection, { signal, fault: writeFault }, async (session) => {
      const checks: SourceCheck[] = [];
      for (const database of manifest.databases) {
        const into = `muster-trial-${randomBytes(8).toString('hex')}`;
        checks.push(...(await tryDump(session, { connection, into, database, signal, access: 'left-out' }, folder)));
      }
      return checks;
    });
  } catch (error) {
    signal.throwIfAborted();
    return [{ name: 'loaded', passed: false, skipped: true, detail: `not loaded into a server: ${messageOf(error)}` }];
  }
}

async function tryDump(session: Session, loading: Loading, folder: string): Promise<readonly SourceCheck[]> {
  const { database, into } = loading;
  await createDatabase(session, into, { properties: database.properties, owner: undefined });
  try {
    await loadDump(loading, createReadStream(join(folder, fromBytePath(dumpPath(database)))));
    return [loaded(database), ...(await compareRows(loading))];
  } catch (error) {
    loading.signal.throwIfAborted();
    return [{ name: 'loaded', passed: false, detail: `${database.name} can't be loaded: ${messageOf(error)}` }];
  } finally {
    await dropDatabase(session, into);
  }
}

function loaded({ name, dumped }: DatabaseManifest): SourceCheck {
  return {
    name: 'loaded',
    passed: true,
    detail: `the dump of ${name}, ${dumped} bytes, was loaded into a database of its own`,
  };
}
