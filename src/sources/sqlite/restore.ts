import { realpath, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromBytePath, toBytePath, type BytePath } from '../../base/capture.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import type { SqliteSource } from '../../plan/model/system.ts';
import { nearestFolder } from '../nearest-folder.ts';
import { compileSelection } from '../selection.ts';
import type { FetchResult, RestoreSourceRequest, RestoreSourceResult, SourceCheck } from '../source.ts';
import { checksOf } from './checks.ts';
import { requireUnused } from './in-use.ts';
import { inspectInThread } from './inspect.ts';
import type { Inspection } from './inspection.ts';
import { makeParents } from './parents.ts';
import { replaceDatabase } from './replace.ts';
import { makeStaging } from './staging.ts';

/**
 * In place: the database is fetched beside its target and checked; only a sound one replaces the old one, which is moved
 * aside and never deleted. To a folder: it is put there and checked. Throws `nothing-matched`, `would-overwrite`,
 * `source-in-use`, `restore-incomplete`, `restore-damaged`, `restore-failed`.
 */
export async function restoreDatabase(
  definition: SqliteSource,
  request: RestoreSourceRequest,
): Promise<RestoreSourceResult> {
  const stored = await findStored(definition, request);
  return request.place.kind === 'folder'
    ? await restoreToFolder(stored, request, request.place.path)
    : await restoreInPlace(definition, stored, request);
}

/** Path of the database in the snapshot; it has another one than now when the plan was changed since. */
async function findStored(definition: SqliteSource, request: RestoreSourceRequest): Promise<BytePath> {
  const selection = compileSelection(request.paths);
  const files: BytePath[] = [];
  for await (const { path, type } of request.entries())
    if (type === 'file' && selection.includes(path, false)) files.push(path);
  const stored = files.find((path) => path === toBytePath(definition.path)) ?? files[0];
  if (stored !== undefined) return stored;
  throw new MusterError(`the backup holds no database ${request.paths.join(', ')}`.trimEnd(), {
    code: 'nothing-matched',
    hint: 'A database is restored whole: leave the paths out.',
  });
}

async function restoreToFolder(
  stored: BytePath,
  request: RestoreSourceRequest,
  folder: string,
): Promise<RestoreSourceResult> {
  const { fetched, file } = await fetchDatabase(stored, request, { target: folder, overwrite: request.overwrite });
  const inspection = await inspectInThread(file, request.signal);
  return { ...fetched, recoveredTo: file, checks: checksOf(inspection, request.manifest) };
}

async function restoreInPlace(
  definition: SqliteSource,
  stored: BytePath,
  request: RestoreSourceRequest,
): Promise<RestoreSourceResult> {
  const target = await realpath(definition.path).catch(() => definition.path);
  if (request.overwrite === 'never' && existsSync(target)) throw wouldOverwrite(target);
  await requireUnused(target);
  try {
    return await stageAndReplace(target, stored, request);
  } catch (error) {
    request.signal.throwIfAborted();
    throw error instanceof MusterError ? error : notReplaced(target, error);
  }
}

async function stageAndReplace(
  target: string,
  stored: BytePath,
  request: RestoreSourceRequest,
): Promise<RestoreSourceResult> {
  const staging = await makeStaging(await nearestFolder(dirname(target)));
  try {
    const { fetched, file } = await fetchDatabase(stored, request, { target: staging, overwrite: 'always' });
    const inspection = await inspectInThread(file, request.signal);
    const checks = checksOf(inspection, request.manifest);
    requireSound(target, inspection, checks);
    await makeParents(dirname(target), staging);
    await requireUnused(target);
    const aside = freeName(target, request.clock.now());
    await replaceDatabase({ staged: file, target, aside });
    return { ...fetched, recoveredTo: 'in place', checks };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function fetchDatabase(
  stored: BytePath,
  request: RestoreSourceRequest,
  where: { readonly target: string; readonly overwrite: 'never' | 'always' },
): Promise<{ readonly fetched: FetchResult; readonly file: string }> {
  const fetched = await request.fetch({ ...where, include: (path) => path === stored });
  request.signal.throwIfAborted();
  const file = join(where.target, fromBytePath(stored));
  if (fetched.files === 1 && existsSync(file)) return { fetched, file };
  const [lost] = fetched.missing;
  throw new MusterError(`the database could not be fetched from the backup: ${lost?.detail ?? 'no file came'}`, {
    code: 'restore-incomplete',
    hint: 'Verify the backup, or restore from another storage target or an older backup.',
  });
}

/** A check that could not be made stops nothing; one that failed does. */
function requireSound(target: string, { unchecked }: Inspection, checks: readonly SourceCheck[]): void {
  const failed = checks.filter(({ name, passed }) => !passed && !(name === 'integrity' && unchecked !== undefined));
  if (failed.length === 0) return;
  const details = failed.map(({ name, detail }) => `${name} ${detail}`).join('; ');
  throw new MusterError(`the restored database is not what was backed up, ${target} stays as it is: ${details}`, {
    code: 'restore-damaged',
    hint: 'Restore an older backup, or this one to a folder to save what can be read.',
  });
}

function notReplaced(target: string, error: unknown): MusterError {
  return new MusterError(`${target} could not be replaced and stays as it is: ${messageOf(error)}`, {
    code: 'restore-failed',
    hint: 'Run muster as a user that may write there and give files to their owner, or restore to a folder.',
    cause: error,
  });
}

function wouldOverwrite(target: string): MusterError {
  return new MusterError(`${target} exists`, {
    code: 'would-overwrite',
    hint: 'Allow overwriting: the old database is moved aside, not deleted. Or restore to a folder.',
  });
}

/** `orders.db.before-restore-20261120T101500Z`, with a number when there is one already. */
function freeName(target: string, now: Instant): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const name = `${target}.before-restore-${stamp}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (['', '-wal', '-journal'].every((part) => !existsSync(candidate + part))) return candidate;
  }
}
