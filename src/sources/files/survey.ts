import { fromBytePath, type BytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import type { FilesSource } from '../../plan/model/system.ts';
import type { RestoreSourceRequest } from '../source.ts';
import { isWithin, normalise } from '../scope.ts';
import { compileSelection } from '../selection.ts';

/** What a restore will bring back, found before anything is written. */
export interface Survey {
  readonly includes: (path: BytePath, isFolder: boolean) => boolean;
  /** What was asked for and is not to be had. */
  readonly missing: readonly { readonly path: string; readonly detail: string }[];
}

/** Throws `nothing-matched` when no entry would be restored. */
export async function survey(definition: FilesSource, request: RestoreSourceRequest): Promise<Survey> {
  if (request.place.kind === 'folder' && request.paths.length === 0) return { includes: () => true, missing: [] };
  const scope = scopeOf(definition, request);
  const selection = compileSelection(request.paths);
  const unmatched = new Set(selection.patterns);
  const includes: Survey['includes'] = (path, isFolder) => scope.includes(path) && selection.includes(path, isFolder);
  let found = false;
  for await (const { path, type } of request.entries()) {
    request.signal.throwIfAborted();
    scope.look(path);
    if (!scope.includes(path)) continue;
    for (const pattern of unmatched) if (pattern.includes(path, type === 'dir')) unmatched.delete(pattern);
    found ||= includes(path, type === 'dir');
  }
  if (!found) throw nothingMatched(request);
  const lost = [...unmatched].map(({ text }) => ({ path: text, detail: 'matches nothing in the backup' }));
  return { includes, missing: [...lost, ...scope.outside()] };
}

interface Scope {
  includes(path: BytePath): boolean;
  look(path: BytePath): void;
  outside(): Survey['missing'];
}

/** In place, only what the plan says is this system's is written; whatever else the backup holds is told. */
function scopeOf(definition: FilesSource, { place, paths }: RestoreSourceRequest): Scope {
  if (place.kind === 'folder') return { includes: () => true, look: () => {}, outside: () => [] };
  const named = normalise(definition.paths);
  const includes = (path: BytePath): boolean => named.some((root) => isWithin(path, root));
  const outside: BytePath[] = [];
  const look = (path: BytePath): void => {
    if (includes(path) || named.some((root) => isWithin(root, path))) return;
    const known = outside.at(-1);
    if (known === undefined || !isWithin(path, known)) outside.push(path);
  };
  return { includes, look, outside: () => (paths.length > 0 ? [] : outside.map(notOfSystem)) };
}

function notOfSystem(path: BytePath): Survey['missing'][number] {
  return { path: fromBytePath(path), detail: 'is not among the paths of the system; restore it to a folder' };
}

function nothingMatched({ paths, place }: RestoreSourceRequest): MusterError {
  const asked = paths.length === 0 ? 'the paths of the system' : paths.join(', ');
  return new MusterError(`the backup holds nothing of ${asked}`, {
    code: 'nothing-matched',
    hint:
      place.kind === 'in-place'
        ? 'Restore it to a folder to see what it holds.'
        : 'List the files of the backup first.',
  });
}
