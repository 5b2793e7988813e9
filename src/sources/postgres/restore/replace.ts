import type { Instant } from '../../../base/clock.ts';
import { MusterError } from '../../../base/error.ts';
import type { RestoreSourceResult, SourceCheck } from '../../source.ts';
import { globalsPath, dumpPath, type DatabaseManifest } from '../manifest.ts';
import { requireClient, serverVersion, withServer } from '../server.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql.ts';
import { textOf } from '../text-of.ts';
import { nameBeside } from './beside.ts';
import { applyProperties, createDatabase } from './database.ts';
import { dropAfter } from './given-up.ts';
import { applyGlobals } from './globals.ts';
import { requireUnused } from './in-use.ts';
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
      await requireUnused(session, namesOf(databases));
      await changePlaces(session, staged);
      return { ...loaded, missing: [], recoveredTo: 'in place', checks: [...loaded.checks, ...rolesCheck(made)] };
    } catch (error) {
      const names = staged.map(({ name }) => name);
      throw await dropAfter(error, names, connection);
    }
  });
}

function rolesCheck(made: readonly string[]): readonly SourceCheck[] {
  return made.length === 0 ? [] : [{ name: 'roles', passed: true, detail: `made ${made.join(', ')}` }];
}

async function requireReplaceable(session: Session, { request, databases }: Restoring): Promise<void> {
  const [found] = await existing(session, databases);
  if (found !== undefined && request.overwrite === 'never')
    throw new MusterError(`the database ${found} exists`, {
      code: 'would-overwrite',
      hint: 'Allow overwriting: the old database is kept under another name. Or restore to a folder.',
    });
  await requireUnused(session, namesOf(databases));
}

function namesOf(databases: readonly DatabaseManifest[]): readonly string[] {
  return databases.map(({ name }) => name);
}

async function existing(session: Session, databases: readonly DatabaseManifest[]): Promise<readonly string[]> {
  const names = namesOf(databases).map(literal).join(', ');
  const rows = await session.rows<{ name: string }>(
    `select datname as name from pg_database where datname in (${names})`,
  );
  return rows.map(({ name }) => name);
}

function stagedNames(databases: readonly DatabaseManifest[], now: Instant): readonly Staged[] {
  return databases.map((database) => ({
    database,
    name: nameBeside(database.name, 'restoring', now),
    aside: nameBeside(database.name, 'before-restore', now),
  }));
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
