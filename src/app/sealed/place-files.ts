import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { codeOf, MusterError } from '../../base/error.ts';
import type { SealedPlan } from './plan-document.ts';

/** Where the files of a sealed plan go, by the paths that they had. */
export interface PlacedPlan {
  /** Path of the plan: a file, or a folder. */
  readonly entry: string;
  readonly files: readonly { readonly from: string; readonly to: string; readonly text: string }[];
}

/** As many as a plan may have. */
const filesAtMost = 2000;

/**
 * The files below a folder, in the same places to each other as they had: what extends another by a relative path finds
 * it. Throws `plan-refused` for paths that would leave the folder.
 */
export function placeFiles({ entry, files }: Pick<SealedPlan, 'entry' | 'files'>, folder: string): PlacedPlan {
  if (files.length === 0 || files.length > filesAtMost) throw refused(`it has ${files.length} files`);
  for (const path of [entry, ...files.map(({ path }) => path)]) refuseOdd(path);
  const above = commonFolder([entry, ...files.map(({ path }) => path)].map((path) => posix.dirname(path)));
  const placed = (path: string): string => join(folder, posix.relative(above, path));
  return {
    entry: placed(entry),
    files: files.map(({ path, text }) => ({ from: path, to: placed(path), text })),
  };
}

/**
 * Writes them; nothing that is there is replaced, and no symbolic link is followed. Throws `plan-exists`, `plan-refused`.
 */
export async function writeFiles({ files }: PlacedPlan, folder: string): Promise<void> {
  for (const { to } of files) await refuseExisting(to);
  await mkdir(folder, { recursive: true });
  for (const { to, text } of files) {
    await makeFolders(folder, dirname(to));
    await writeFile(to, text, { flag: 'wx' });
  }
}

/** Whoever has the key can seal any path: it must be one that muster itself would have written. */
function refuseOdd(path: string): void {
  if (posix.isAbsolute(path) && !path.endsWith('/') && posix.normalize(path) === path && !/[\0\r\n]/.test(path)) return;
  throw refused(`${JSON.stringify(path)} is no path of a plan`);
}

function refused(detail: string): MusterError {
  return new MusterError(`the sealed plan can't be written: ${detail}`, {
    code: 'plan-refused',
    hint: 'Somebody else has written it. Restore the backups with a plan of your own: RESCUE.md in the storage target shows one.',
  });
}

function commonFolder(folders: readonly string[]): string {
  return folders.reduce((above, folder) => {
    let common = above;
    while (common !== '/' && folder !== common && !folder.startsWith(`${common}/`)) common = posix.dirname(common);
    return common;
  });
}

async function refuseExisting(path: string): Promise<void> {
  if ((await lstatOf(path)) === undefined) return;
  throw new MusterError(`${path} exists already`, { code: 'plan-exists', hint: 'Name an empty folder.' });
}

/** One after the other below the folder: a link in their place leads elsewhere. */
async function makeFolders(folder: string, wanted: string): Promise<void> {
  if (wanted === folder || !wanted.startsWith(`${folder}/`)) return;
  await makeFolders(folder, dirname(wanted));
  const facts = await lstatOf(wanted);
  if (facts === undefined) await mkdir(wanted);
  else if (!facts.isDirectory()) throw refused(`${wanted} is no folder`);
}

async function lstatOf(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
