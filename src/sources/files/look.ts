import { access, constants, lstat, opendir, readlink } from 'node:fs/promises';
import { bytesOf, fromBytePath, type BytePath, type Excluded } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import type { SourceFinding } from '../source.ts';

export type PathState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'special' }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** What stands at a path of the source. `empty`: a folder without any file below it that is not left out. */
export async function lookAt(path: BytePath, excluded: Excluded): Promise<PathState> {
  try {
    const facts = await lstat(bytesOf(path));
    if (facts.isSymbolicLink()) return { kind: 'link', to: await readlink(bytesOf(path)) };
    if (!facts.isFile() && !facts.isDirectory()) return { kind: 'special' };
    await access(bytesOf(path), facts.isFile() ? constants.R_OK : constants.R_OK | constants.X_OK);
    const isReady = facts.isFile() || (await holdsFiles(path, excluded));
    return { kind: isReady ? 'ready' : 'empty' };
  } catch (error) {
    return stateOfFault(codeOf(error));
  }
}

/** Why the path cannot be backed up; undefined when it can. */
export function findingFor(path: BytePath, state: PathState): SourceFinding | undefined {
  return state.kind === 'ready' ? undefined : faultFor(fromBytePath(path), state);
}

function faultFor(name: string, state: Exclude<PathState, { readonly kind: 'ready' }>): SourceFinding {
  if (state.kind === 'missing')
    return fault('source-missing', `${name} does not exist`, 'Mend the path, or mount what belongs there.');
  if (state.kind === 'empty')
    return fault('source-empty', `${name} holds no file`, 'Mount what belongs there, or set `allowEmpty: true`.');
  if (state.kind === 'link')
    return fault('source-is-link', `${name} is a symbolic link`, `Name what it points to: ${state.to}.`);
  if (state.kind === 'special')
    return fault('source-unreadable', `${name} is neither a file nor a folder`, 'Name a file or a folder.');
  return fault('source-unreadable', `${name} cannot be read (${state.detail})`, 'Give muster the right to read it.');
}

export function fault(code: string, message: string, hint: string): SourceFinding {
  return { severity: 'error', code, message, hint };
}

async function holdsFiles(folder: BytePath, excluded: Excluded): Promise<boolean> {
  // The types of Node know of no Buffer as the encoding of `opendir`; `latin1` keeps every byte.
  const entries = await opendir(bytesOf(folder), { encoding: 'latin1' as BufferEncoding });
  for await (const entry of entries) {
    const path = `${folder === '/' ? '' : folder}/${entry.name}`;
    if (excluded(path, entry.isDirectory())) continue;
    if (!entry.isDirectory() || (await holdsFilesIfReadable(path, excluded))) return true;
  }
  return false;
}

/** A folder further down that cannot be read is not known to be empty; the backup will list it. */
async function holdsFilesIfReadable(folder: BytePath, excluded: Excluded): Promise<boolean> {
  try {
    return await holdsFiles(folder, excluded);
  } catch {
    return true;
  }
}

function stateOfFault(code: string | undefined): PathState {
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
  return { kind: 'unreadable', detail: code ?? 'unknown fault' };
}
