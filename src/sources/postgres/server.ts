import { MusterError } from '../../base/error.ts';
import type { PostgresSource } from '../../plan/model/system.ts';
import { textOfProgram } from '../program/stream.ts';
import type { Connection } from './connection.ts';
import { withSession, type Session } from './session.ts';
import { literal } from './sql.ts';

export const readFault = { code: 'capture-failed', hint: 'There is no backup. See what the server says.' };

export interface ServerVersion {
  /** For people: `15.14`. */
  readonly version: string;
  /** 15 */
  readonly major: number;
}

export interface ServerFacts extends ServerVersion {
  /** Names of those that are meant, in order. */
  readonly databases: readonly string[];
}

/** Looks at the server, from whichever of its own databases lets itself be connected to. */
export async function withServer<T>(
  connection: Connection,
  { signal, fault = readFault }: { readonly signal: AbortSignal; readonly fault?: typeof readFault },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const database = await maintenanceDatabase(connection, signal);
  return await withSession(connection, { database, signal, fault }, use);
}

async function maintenanceDatabase(connection: Connection, signal: AbortSignal): Promise<string> {
  try {
    await withSession(connection, { database: 'postgres', signal, fault: readFault }, async () => {});
    return 'postgres';
  } catch (error) {
    if (!(error instanceof MusterError) || !error.message.includes('database "postgres" does not exist')) throw error;
    return 'template1';
  }
}

export async function serverVersion(session: Session): Promise<ServerVersion> {
  const [server] = await session.rows<{ version: string; number: number }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  );
  const { version = '', number = 0 } = server ?? {};
  return { version: version.split(' ')[0] ?? '', major: Math.floor(number / 10_000) };
}

/** Throws `source-missing` when a database that is asked for is not there. */
export async function serverFacts(session: Session, { databases }: PostgresSource): Promise<ServerFacts> {
  const rows = await session.rows<{ name: string }>(
    `select datname as name from pg_database where datallowconn and ${chosen(databases)} order by datname`,
  );
  const found = rows.map(({ name }) => name);
  const lost = (databases ?? []).filter((name) => !found.includes(name));
  if (lost.length > 0 || found.length === 0) throw databaseMissing(lost);
  return { ...(await serverVersion(session)), databases: found };
}

function chosen(databases: readonly string[] | undefined): string {
  if (databases === undefined) return 'not datistemplate';
  return `datname in (${databases.map(literal).join(', ')})`;
}

function databaseMissing(lost: readonly string[]): MusterError {
  const what = lost.length === 0 ? 'no database that accepts connections' : `no database ${lost.join(', ')}`;
  return new MusterError(`the server has ${what}`, {
    code: 'source-missing',
    hint: 'Check the names in `databases` or `url`.',
  });
}

/** Throws `client-too-old`: an older pg_dump can't know what a newer server has. */
export async function requireClient(
  program: 'pg_dump' | 'pg_restore',
  connection: Connection,
  { server, signal }: { readonly server: ServerVersion; readonly signal: AbortSignal },
): Promise<string> {
  const call = connection.call({ argv: [program, '--version'], database: '', signal, fault: readFault });
  const client = /(\d+)(?:\.\d+|devel|beta\d*|rc\d*)\S*/.exec(await textOfProgram(call));
  const [version = 'unknown', major = '0'] = client ?? [];
  if (Number(major) >= server.major) return version;
  throw new MusterError(`${program} is of version ${version}, the server of version ${server.version}`, {
    code: 'client-too-old',
    hint: `Install postgresql-client-${server.major}, and set: binaries: /usr/lib/postgresql/${server.major}/bin`,
  });
}
