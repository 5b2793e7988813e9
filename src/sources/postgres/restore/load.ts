import type { ProgramCall } from '../../program/call.ts';
import { feedProgram, nothing, offerToProgram } from '../../program/stream.ts';
import type { SourceCheck } from '../../source.ts';
import { conninfo, type Connection } from '../connection.ts';
import type { DatabaseManifest, TableRows } from '../manifest.ts';
import { withSession } from '../session.ts';
import { count } from '../snapshot.ts';

export const writeFault = {
  code: 'restore-failed',
  hint: 'The databases that were there are as they were. See what the server says.',
};

export interface Loading {
  readonly connection: Connection;
  /** An empty database that nobody knows yet. */
  readonly into: string;
  readonly database: DatabaseManifest;
  readonly signal: AbortSignal;
  /** Undefined: owners and rights as in the dump. */
  readonly access?: 'left-out' | undefined;
  /** Path of a list of what is to be loaded, for pg_restore. Undefined: everything. */
  readonly list?: string | undefined;
}

/**
 * Loads a dump into an empty database, and stops at the first fault: nothing needs to be undone in a database that is
 * dropped then. How many bytes were read.
 */
export async function loadDump(loading: Loading, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const call = loadCall(loading, []);
  if (loading.database.format === 'plain') return await aroundTimescale(loading, () => feedProgram(call, pieces));
  // pg_restore knows from the beginning where the end is, and may leave out what comes last.
  return (await aroundTimescale(loading, () => offerToProgram(call, pieces))).bytes;
}

/** The same from a file, by several connections. */
export async function loadFile(
  loading: Loading,
  file: { readonly path: string; readonly jobs: number },
): Promise<void> {
  const call = loadCall(loading, [`--jobs=${file.jobs}`, file.path]);
  await aroundTimescale(loading, () => offerToProgram(call, nothing()));
}

function loadCall({ connection, into, database, signal, access, list }: Loading, more: readonly string[]): ProgramCall {
  const without = access === 'left-out' ? ['--no-owner', '--no-privileges', '--no-tablespaces'] : [];
  const only = list === undefined ? [] : [`--use-list=${list}`];
  const restore = [
    'pg_restore',
    '--no-password',
    '--exit-on-error',
    `--dbname=${conninfo(into)}`,
    ...without,
    ...only,
    ...more,
  ];
  const psql = ['psql', '-X', '-q', '--no-password', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null'];
  const argv = database.format === 'custom' ? restore : psql;
  return connection.call({ argv, database: into, signal, fault: writeFault });
}

/** TimescaleDB wants to know when its tables are loaded: https://docs.timescale.com/self-hosted/latest/backup-and-restore/ */
async function aroundTimescale<T>(loading: Loading, load: () => Promise<T>): Promise<T> {
  if (!loading.database.extensions.includes('timescaledb')) return await load();
  await runIn(loading, 'create extension if not exists timescaledb; select timescaledb_pre_restore()');
  const loaded = await load();
  await runIn(loading, 'select timescaledb_post_restore()');
  return loaded;
}

async function runIn({ connection, into, signal }: Loading, statements: string): Promise<void> {
  const options = { database: into, signal, fault: writeFault };
  await withSession(connection, options, (session) => session.run(statements));
}

/** The rows of a loaded database, held against what was counted when it was dumped; also makes the statistics that plans of queries need. */
export async function compareRows({ connection, into, database, signal }: Loading): Promise<readonly SourceCheck[]> {
  const options = { database: into, signal, fault: writeFault };
  const found = await withSession(connection, options, async (session) => {
    await session.run('set row_security = off; analyze');
    return await count(session, 'true');
  });
  const rows = new Map(found.map((table) => [keyOf(table), table.rows]));
  return database.tables.map((table) => rowCheck(database.name, table, rows.get(keyOf(table))));
}

function keyOf({ schema, name }: TableRows): string {
  return JSON.stringify([schema, name]);
}

function rowCheck(database: string, { schema, name, rows }: TableRows, found: number | undefined): SourceCheck {
  const passed = found === rows;
  const compared = found === undefined ? `no such table, expected ${rows}` : `${found} ${passed ? '=' : '≠'} ${rows}`;
  return { name: 'rows', passed, detail: `${database}.${schema}.${name} ${compared}` };
}
