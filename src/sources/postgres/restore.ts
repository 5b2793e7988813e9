import { fromBytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { PostgresSource } from '../../plan/model/system.ts';
import { compileSelection } from '../selection.ts';
import type { RestoreSourceRequest, RestoreSourceResult, SourceWorld } from '../source.ts';
import { connectionTo } from './connection.ts';
import { dumpPath, manifestPath, readManifest, type DatabaseManifest, type PostgresManifest } from './manifest.ts';
import { replaceDatabases } from './restore/replace.ts';
import { databasesWith, restoreTables } from './restore/tables.ts';
import { tryDumps } from './restore/trial.ts';

/**
 * In place: each database is loaded beside the old one and compared with what was counted; only then they change places,
 * and the old one keeps its data under another name. To a folder: the dumps. Throws `nothing-matched`, `partial-backup`,
 * `would-overwrite`, `source-in-use`, `restore-failed`, `restore-damaged`, and what reaching a server does.
 */
export async function restoreDatabases(
  definition: PostgresSource,
  request: RestoreSourceRequest,
  world: SourceWorld,
): Promise<RestoreSourceResult> {
  if (request.place.kind === 'folder') return await restoreToFolder(definition, request, world);
  const manifest = await readManifest(request.read(manifestPath));
  const isWhole = request.paths.length === 0 || request.paths.some((path) => dumpsMeant(manifest, [path]).length > 0);
  const databases = isWhole
    ? wholeDatabases(manifest, request.paths)
    : databasesWith(manifest.databases, request.paths);
  if (databases.length === 0) throw nothingMatched(request.paths);
  const connection = await connectionTo(definition, definition.restoreLogin ?? definition.login, world);
  const restoring = { definition, request, databases, connection };
  return await (isWhole ? replaceDatabases(restoring) : restoreTables(restoring));
}

async function restoreToFolder(
  definition: PostgresSource,
  request: RestoreSourceRequest,
  world: SourceWorld,
): Promise<RestoreSourceResult> {
  const target = request.place.kind === 'folder' ? request.place.path : '';
  const selection = compileSelection(request.paths);
  let some = false;
  for await (const { path, type } of request.entries()) some ||= type === 'file' && selection.includes(path, false);
  if (!some) throw nothingMatched(request.paths);
  const fetched = await request.fetch({
    target,
    overwrite: request.overwrite,
    include: (path, isFolder) => selection.includes(path, isFolder),
  });
  const isTrial = request.place.kind === 'folder' && request.place.purpose === 'trial' && fetched.missing.length === 0;
  const checks = isTrial ? await tryDumps({ definition, request, world, folder: target }) : [];
  return { ...fetched, recoveredTo: target, checks };
}

function dumpsMeant({ databases }: PostgresManifest, paths: readonly string[]): readonly DatabaseManifest[] {
  const selection = compileSelection(paths);
  return databases.filter((database) => selection.includes(dumpPath(database), false));
}

/** Those whose dumps the patterns mean. Every pattern has to mean one. */
function wholeDatabases(manifest: PostgresManifest, paths: readonly string[]): readonly DatabaseManifest[] {
  const idle = paths.filter((path) => dumpsMeant(manifest, [path]).length === 0);
  if (idle.length > 0) throw nothingMatched(idle);
  const found = dumpsMeant(manifest, paths);
  const partial = found.find(({ whole }) => !whole);
  if (partial === undefined) return found;
  throw new MusterError(`the backup holds only a part of the database ${partial.name}`, {
    code: 'partial-backup',
    hint: `It must not take the place of a whole one: name its tables with \`--path\`, or restore ${fromBytePath(dumpPath(partial))} to a folder.`,
  });
}

function nothingMatched(paths: readonly string[]): MusterError {
  return new MusterError(`the backup holds no dump ${paths.join(', ')}`.trimEnd(), {
    code: 'nothing-matched',
    hint: 'Name a dump as `/postgres/databases/NAME.dump`, or, in place, tables as `public.orders`; or leave the paths out.',
  });
}
