import { join } from 'node:path';
import { fromBytePath, type BytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { CommandSource } from '../../plan/model/system.ts';
import { feedProgram } from '../program/stream.ts';
import { compileSelection } from '../selection.ts';
import type { RestoreSourceRequest, RestoreSourceResult, SourceWorld } from '../source.ts';
import { environmentFor } from './environment.ts';

/**
 * In place: `restore` reads the stream straight out of the vault. To a folder: the stream becomes a file. Throws
 * `nothing-matched`, `restore-undefined`, `would-overwrite`, `restore-failed`, and what starting a program does.
 */
export async function restoreStream(
  definition: CommandSource,
  request: RestoreSourceRequest,
  world: SourceWorld,
): Promise<RestoreSourceResult> {
  const stored = await findStream(request);
  if (request.place.kind === 'in-place') return await giveToProgram(definition, stored, { request, world });
  const { path: target } = request.place;
  const include = (path: BytePath): boolean => path === stored;
  const fetched = await request.fetch({ target, overwrite: request.overwrite, include });
  return { ...fetched, recoveredTo: join(target, fromBytePath(stored)), checks: [] };
}

/** The one file in the snapshot, whatever it is called now. */
async function findStream(request: RestoreSourceRequest): Promise<BytePath> {
  const selection = compileSelection(request.paths);
  for await (const { path, type } of request.entries())
    if (type === 'file' && selection.includes(path, false)) return path;
  throw new MusterError(`the backup holds nothing called ${request.paths.join(', ')}`, {
    code: 'nothing-matched',
    hint: 'A stream is restored whole: leave the paths out.',
  });
}

async function giveToProgram(
  definition: CommandSource,
  stored: BytePath,
  { request, world }: { readonly request: RestoreSourceRequest; readonly world: SourceWorld },
): Promise<RestoreSourceResult> {
  if (definition.restore === undefined) throw notInPlace();
  if (request.overwrite === 'never') throw mayOverwrite(definition.restore);
  const call = {
    argv: definition.restore,
    folder: world.folder,
    env: await environmentFor(definition, world),
    timeout: definition.timeout,
    signal: request.signal,
    fault: { code: 'restore-failed', hint: 'See what it has done so far. Or restore to a folder, and run it by hand.' },
  };
  const bytes = await feedProgram(call, request.read(stored));
  return { files: 1, bytes, missing: [], recoveredTo: 'in place', checks: [] };
}

function notInPlace(): MusterError {
  return new MusterError('the source has no `restore`: muster does not know who reads what it captured', {
    code: 'restore-undefined',
    hint: 'Restore to a folder, or add `restore` to the source.',
  });
}

function mayOverwrite([program = '']: readonly string[]): MusterError {
  return new MusterError(`what ${program} overwrites is not known`, {
    code: 'would-overwrite',
    hint: 'Allow overwriting, or restore to a folder.',
  });
}
