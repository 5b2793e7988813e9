import { fromBytePath, type CaptureRoot } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { PostgresSource } from '../../plan/model/system.ts';
import { outputOf } from '../program/stream.ts';
import type { Capture, CaptureRequest, SourceWorld } from '../source.ts';
import { lookAtServer } from './check.ts';
import { connectionTo, type Connection } from './connection.ts';
import {
  dumpPath,
  globalsPath,
  manifestPath,
  rowsOf,
  type DatabaseManifest,
  type PostgresManifest,
} from './manifest.ts';
import { readFault, type ServerFacts } from './server.ts';
import { openSnapshot, type DatabaseSnapshot } from './snapshot.ts';
import { wholeDump } from './whole-dump.ts';

interface Capturing {
  readonly definition: PostgresSource;
  readonly connection: Connection;
  readonly server: ServerFacts;
  readonly signal: AbortSignal;
  /** In the order in which their dumps came to an end. */
  readonly databases: DatabaseManifest[];
}

/**
 * The dumps are made while they are read, each of one moment; the manifest says what is in them. Throws `source-missing`,
 * `client-too-old`, `missing-grant`, `source-login-failed`, `source-unreachable`, `capture-failed`; reading also `capture-cut-off`, `nothing-matched`.
 */
export async function captureDatabases(
  definition: PostgresSource,
  { signal }: CaptureRequest,
  world: SourceWorld,
): Promise<Capture> {
  const connection = await connectionTo(definition, definition.login, world);
  const { server, client, findings } = await lookAtServer(definition, connection, signal);
  const [finding] = findings;
  if (finding !== undefined) throw new MusterError(finding.message, finding);
  const databases: DatabaseManifest[] = [];
  const capturing = { definition, connection, server, signal, databases };
  const roots = [
    ...server.databases.map((name) => dumpOf(name, capturing)),
    { kind: 'stream', path: globalsPath, read: () => globalsOf(capturing) } as const,
    { kind: 'stream', path: manifestPath, read: () => manifestOf(capturing, client) } as const,
  ];
  return {
    roots,
    paths: roots.map(({ path }) => fromBytePath(path)),
    get manifest() {
      return { rows: rowsOf(databases) };
    },
    release: async () => {},
  };
}

function dumpOf(name: string, capturing: Capturing): CaptureRoot {
  const path = dumpPath({ name, format: capturing.definition.format });
  return { kind: 'stream', path, read: () => dump(name, capturing) };
}

async function* dump(name: string, capturing: Capturing): AsyncGenerator<Uint8Array, void> {
  const { definition, connection, signal, databases } = capturing;
  const snapshot = await openSnapshot(connection, definition, { database: name, signal });
  let lost: unknown;
  try {
    const describing = snapshot.describe();
    describing.catch((error: unknown) => (lost = error));
    let dumped = 0;
    for await (const piece of wholeDump(definition.format, outputOf(callFor(name, snapshot, capturing)))) {
      dumped += piece.length;
      yield piece;
    }
    databases.push({ ...(await describing), dumped });
  } catch (error) {
    // Without the session that holds it there is no snapshot: that is the cause, and what pg_dump says of it is not.
    throw lost ?? error;
  } finally {
    // The snapshot was read to its end, or there is no backup.
    await snapshot.end().catch(() => undefined);
  }
}

function callFor(database: string, { id, selection }: DatabaseSnapshot, { definition, connection, signal }: Capturing) {
  // The vault compresses, and finds what it already has only in what is not compressed.
  const format = definition.format === 'custom' ? ['--format=custom', '--compress=0'] : ['--format=plain'];
  const argv = ['pg_dump', '--no-password', `--snapshot=${id}`, ...format, ...selection];
  return connection.call({ argv, database, signal, fault: readFault });
}

async function* globalsOf({ definition, connection, server, signal }: Capturing): AsyncGenerator<Uint8Array, void> {
  const [database = ''] = server.databases;
  const passwords = definition.rolePasswords ? [] : ['--no-role-passwords'];
  const argv = ['pg_dumpall', '--globals-only', '--no-password', ...passwords];
  yield* wholeDump('globals', outputOf(connection.call({ argv, database, signal, fault: readFault })));
}

async function* manifestOf(
  { definition, server, databases }: Capturing,
  client: string,
): AsyncGenerator<Uint8Array, void> {
  if (databases.length < server.databases.length)
    throw new MusterError('the manifest was asked for before the dumps', readFault);
  const manifest: PostgresManifest = {
    muster: 1,
    server: server.version,
    client,
    rolePasswords: definition.rolePasswords,
    databases,
  };
  yield Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
}
