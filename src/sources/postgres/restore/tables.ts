import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../../base/error.ts';
import { textOfProgram } from '../../program/stream.ts';
import type { RestoreSourceResult, SourceCheck } from '../../source.ts';
import { dumpPath, globalsPath, type DatabaseManifest, type TableRows } from '../manifest.ts';
import { requireClient, serverVersion, withServer } from '../server.ts';
import type { Session } from '../session.ts';
import { textOf } from '../text-of.ts';
import { nameBeside } from './beside.ts';
import { createDatabase } from './database.ts';
import { dropAfter } from './given-up.ts';
import { applyGlobals } from './globals.ts';
import { compareRows, loadDump, writeFault } from './load.ts';
import type { Restoring } from './restoring.ts';
import { listFor } from './toc.ts';

/** Databases with those of their tables that the patterns mean. Empty when there is a pattern that means none. */
export function databasesWith(
  databases: readonly DatabaseManifest[],
  patterns: readonly string[],
): readonly DatabaseManifest[] {
  const means = patterns.map(compile);
  const tables = databases.flatMap(({ name, tables: all }) => all.map((table) => ({ database: name, table })));
  if (!means.every((isMeant) => tables.some(({ database, table }) => isMeant(database, table)))) return [];
  return databases
    .map((each) => ({ ...each, tables: each.tables.filter((table) => means.some((is) => is(each.name, table))) }))
    .filter((each) => each.tables.length > 0);
}

/** `schema.table`, or `database/schema.table`, with `*` for any text. */
function compile(pattern: string): (database: string, table: TableRows) => boolean {
  const [, text = pattern] = /^\/*(.*)$/s.exec(pattern) ?? [];
  const parts = text.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (database, { schema, name }) =>
    expression.test(`${schema}.${name}`) || expression.test(`${database}/${schema}.${name}`);
}

/**
 * Brings tables back into a new database beside the one that they come from, which stays as it is: others may depend on
 * the tables that are there. Throws `format-not-selective`, `restore-damaged`, and what loading does.
 */
export async function restoreTables(restoring: Restoring): Promise<RestoreSourceResult> {
  const { connection, request, databases } = restoring;
  const { signal } = request;
  const plain = databases.find(({ format }) => format === 'plain');
  if (plain !== undefined) throw notSelective(plain.name);
  const now = request.clock.now();
  const names = databases.map(({ name }) => nameBeside(name, 'restored', now));
  return await withServer(connection, { signal, fault: writeFault }, async (session) => {
    await requireClient('pg_restore', connection, { server: await serverVersion(session), signal });
    await applyGlobals(session, await textOf(request.read(globalsPath)));
    try {
      const checks: SourceCheck[] = [];
      let bytes = 0;
      for (const [index, database] of databases.entries()) {
        const loaded = await loadTables(session, { database, into: names[index] ?? '' }, restoring);
        bytes += loaded.bytes;
        checks.push(...loaded.checks);
      }
      return { files: databases.length, bytes, missing: [], recoveredTo: `database ${names.join(', ')}`, checks };
    } catch (error) {
      throw await dropAfter(error, names, connection);
    }
  });
}

async function loadTables(
  session: Session,
  { database, into }: { readonly database: DatabaseManifest; readonly into: string },
  { connection, request }: Restoring,
): Promise<{ readonly bytes: number; readonly checks: readonly SourceCheck[] }> {
  const { signal } = request;
  const read = (): AsyncIterable<Uint8Array> => request.read(dumpPath(database));
  const argv = ['pg_restore', '--list', '--verbose'];
  const toc = await textOfProgram(connection.call({ argv, database: '', signal, fault: writeFault }), read());
  const folder = await mkdtemp(join(tmpdir(), 'muster-list-'));
  try {
    const list = join(folder, 'list');
    await writeFile(list, listFor(toc, database.tables));
    await createDatabase(session, into, { properties: database.properties, owner: database.properties.owner });
    const loading = { connection, into, database, signal, list };
    const bytes = await loadDump(loading, read());
    return { bytes, checks: await compareRows(loading) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function notSelective(database: string): MusterError {
  return new MusterError(`the dump of ${database} is in the format plain, of which no single tables can be restored`, {
    code: 'format-not-selective',
    hint: 'Restore it to a folder, and take out what you need. The format `custom` can be restored in parts.',
  });
}
