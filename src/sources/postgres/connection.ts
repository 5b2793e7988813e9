import { join } from 'node:path';
import { plainEnvironment } from '../../base/environment.ts';
import type { PostgresLogin, PostgresSource } from '../../plan/model/system.ts';
import type { ProgramCall } from '../program/call.ts';
import type { SourceWorld } from '../source.ts';

/** How PostgreSQL's own programs are started against one server, as one user. */
export interface Connection {
  /** For people: `db1:5432`. */
  readonly server: string;
  readonly user: string | undefined;
  /** A call of one of the programs, connected to a database. */
  call(options: CallOptions): ProgramCall;
}

export interface CallOptions {
  /** Name of the program and its arguments; nothing secret. */
  readonly argv: readonly string[];
  readonly database: string;
  readonly signal: AbortSignal;
  readonly fault: ProgramCall['fault'];
}

/**
 * Everything about the connection goes into the environment of the programs: arguments can be read by every user of the
 * machine, an environment by the same user and root only, and unlike a password file it leaves nothing on a disk. Throws
 * `secret-unavailable`.
 */
export async function connectionTo(
  { server, binaries }: PostgresSource,
  { user, password }: PostgresLogin,
  { folder, resolveSecret }: SourceWorld,
): Promise<Connection> {
  const env = {
    ...plainEnvironment(),
    ...variables({
      PGHOST: server.host,
      PGPORT: server.port?.toString(),
      PGUSER: user,
      PGPASSWORD: password && (await resolveSecret(password)),
      PGSSLMODE: server.sslmode,
      PGSSLROOTCERT: server.sslrootcert,
    }),
    PGAPPNAME: 'muster',
    PGCONNECT_TIMEOUT: '30',
    // The server may wait for ever for a client that is gone, and the client for the server.
    PGOPTIONS: '-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0',
    PGCLIENTENCODING: 'UTF8',
    LC_ALL: 'C',
  };
  return {
    server: `${server.host ?? 'the local socket'}${server.port === undefined ? '' : `:${server.port}`}`,
    user,
    call: ({ argv: [program = '', ...args], database, signal, fault }) => ({
      argv: [binaries === undefined ? program : join(binaries, program), ...args],
      folder,
      env: { ...env, PGDATABASE: database },
      signal,
      fault,
    }),
  };
}

function variables(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** For `--dbname`, which would read a name with `=` in it as more than a name. */
export function conninfo(database: string): string {
  return `dbname='${database.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
