import { MusterError } from '../../../base/error.ts';
import type { RestoreSourceResult, SourceCheck } from '../../source.ts';
import { globalsPath, dumpPath, type DatabaseManifest } from '../manifest.ts';
import { requireClient, serverVersion, withServer } from '../server.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql.ts';
import { applyProperties, createDatabase, dropDatabase } from './database.ts';
import { applyGlobals } from './globals.ts';
import { compareRows, loadDump, loadFile, writeFault } from './load.ts';
import type { Restoring } from './restoring.ts';
import { fetchDump } from './fetched.ts';

/** A database that is loaded and waits to take the place of another one. */
interface Staged {
  readonly database: DatabaseManifest;
  /** What it is called until then. */
  readonly name: string;
  /** What the old one is called from then on. */
  readonly aside: string;
}

/** Loads all beside the old ones, compares all, and lets all change places at once: all of them, or none. */
export async function replaceDatabases(restoring: Restoring): Promise<RestoreSourceResult> {
  const { connection, request, databases } = restoring;
  const { signal } = request;
  return await withServer(connection, { signal, fault: writeFault }, async (session) => {
    const server = await serverVersion(session);
    await requireClient('pg_restore', connection, { server, signal });
    await requireReplaceable(session, restoring);
    const made = await applyGlobals(session, await textOf(request.read(globalsPath)));
    const staged = stagedNames(databases, request.clock.now());
    try {
      const loaded = await stageAll(session, staged, restoring);
      await requireUnused(session, databases);
      await changePlaces(session, staged);
      return { ...loaded, missing: [], recoveredTo: 'in place', checks: [...loaded.checks, ...rolesCheck(made)] };
    } catch (error) {
      throw await withoutStaged(error, staged, restoring);
    }
  });
}

function rolesCheck(made: readonly string[]): readonly SourceCheck[] {
  return made.length === 0 ? [] : [{ name: 'roles', passed: true, detail: `made ${made.join(', ')}` }];
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString('utf8');
}

async function requireReplaceable(session: Session, { request, databases }: Restoring): Promise<void> {
  const [found] = await existing(session, databases);
  if (found !== undefined && request.overwrite === 'never')
    throw new MusterError(`the database ${found} exists`, {
      code: 'would-overwrite',
      hint: 'Allow overwriting: the old database is kept under another name. Or restore to a folder.',
    });
  await requireUnused(session, databases);
}

async function existing(session: Session, databases: readonly DatabaseManifest[]): Promise<readonly string[]> {
  const names = databases.map(({ name }) => literal(name)).join(', ');
  const rows = await session.rows<{ name: string }>(
    `select datname as name from pg_database where datname in (${names})`,
  );
  return rows.map(({ name }) => name);
}

/** A database can't be renamed while somebody is connected to it. */
async function requireUnused(session: Session, databases: readonly DatabaseManifest[]): Promise<void> {
  const names = databases.map(({ name }) => literal(name)).join(', ');
  const [user] = await session.rows<{ database: string; count: number; who: string }>(
    `select datname as database, count(*) as count, string_agg(format('%s (%s)', pid, coalesce(nullif(application_name, ''), usename)), ', ') as who
     from pg_stat_activity where datname in (${names}) and pid <> pg_backend_pid() and backend_type <> 'autovacuum worker'
     group by datname`,
  );
  if (user === undefined) return;
  throw new MusterError(`the database ${user.database} is in use by ${user.count} connections: ${user.who}`, {
    code: 'source-in-use',
    hint: 'Stop the programs that use it.',
    retryable: true,
  });
}

/** Bytes of the longest name that the server keeps. */
const longestName = 63;

function stagedNames(databases: readonly DatabaseManifest[], now: number): readonly Staged[] {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const named = (name: string, what: string): string => {
    const end = `.${what}-${stamp}`;
    return `${cut(name, longestName - end.length)}${end}`;
  };
  return databases.map((database) => ({
    database,
    name: named(database.name, 'restoring'),
    aside: named(database.name, 'before-restore'),
  }));
}

/** At the end of a character. */
function cut(name: string, bytes: number): string {
  return Buffer.from(name)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

async function stageAll(
  session: Session,
  staged: readonly Staged[],
  restoring: Restoring,
): Promise<Pick<RestoreSourceResult, 'files' | 'bytes' | 'checks'>> {
  const checks: SourceCheck[] = [];
  let bytes = 0;
  for (const { database, name } of staged) {
    await createDatabase(session, name, { properties: database.properties, owner: database.properties.owner });
    const loading = { connection: restoring.connection, into: name, database, signal: restoring.request.signal };
    const dump = await fetchDump(database, restoring);
    try {
      if (dump.path === undefined) await loadDump(loading, restoring.request.read(dumpPath(database)));
      else await loadFile(loading, { path: dump.path, jobs: restoring.definition.jobs });
    } finally {
      await dump.remove();
    }
    bytes += database.dumped;
    const rows = await compareRows(loading);
    requireSound(database.name, rows);
    checks.push(...rows);
    await applyProperties(session, name, database.properties);
  }
  return { files: staged.length, bytes, checks };
}

function requireSound(database: string, checks: readonly SourceCheck[]): void {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  throw new MusterError(
    `the restored database is not what was backed up, ${database} stays as it is: ${failed.map(({ detail }) => detail).join('; ')}`,
    { code: 'restore-damaged', hint: 'Restore an older backup, or this one to a folder to save what can be read.' },
  );
}

async function changePlaces(session: Session, staged: readonly Staged[]): Promise<void> {
  const found = new Set(
    await existing(
      session,
      staged.map(({ database }) => database),
    ),
  );
  const renames = staged.flatMap(({ database, name, aside }) => [
    ...(found.has(database.name) ? [renamed(database.name, aside)] : []),
    renamed(name, database.name),
  ]);
  await session.run(['begin', ...renames, 'commit'].join('; '));
}

function renamed(from: string, to: string): string {
  return `alter database ${identifier(from)} rename to ${identifier(to)}`;
}

/** Drops what was loaded and did not take any place: by names that only this restore gave. */
async function withoutStaged(error: unknown, staged: readonly Staged[], { connection }: Restoring): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(60_000);
    await withServer(connection, { signal, fault: writeFault }, async (session) => {
      for (const { name } of staged) await dropDatabase(session, name);
    });
    return error;
  } catch {
    if (!(error instanceof MusterError)) return error;
    const { code, hint = '', retryable } = error;
    const names = staged.map(({ name }) => `drop database if exists ${identifier(name)};`).join(' ');
    return new MusterError(error.message, { code, hint: `${hint} Then run: ${names}`.trim(), retryable, cause: error });
  }
}
