import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/error.ts';
import type { ObjectInfo } from '../store.ts';
import { temporaryFolder } from '../name.ts';

/** Every file whose name from `root` starts with `prefix`. Symbolic links and temporary files are no objects. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  yield* listFolder(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
}

/** `folder` is empty or ends in `/`. */
async function* listFolder(root: string, folder: string, prefix: string): AsyncGenerator<ObjectInfo> {
  for (const entry of await entriesOf(join(root, folder))) {
    const name = `${folder}${entry.name}`;
    if (name === temporaryFolder) continue;
    if (entry.isDirectory()) {
      if (mayHold(`${name}/`, prefix)) yield* listFolder(root, `${name}/`, prefix);
    } else if (entry.isFile() && name.startsWith(prefix)) yield* infoOf(root, name);
  }
}

function mayHold(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

/** A folder that isn't there holds nothing. */
async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Nothing when the file has gone since the folder was read. */
async function* infoOf(root: string, name: string): AsyncGenerator<ObjectInfo> {
  try {
    const { size, mtimeMs } = await lstat(join(root, name));
    yield { name, size, modifiedAt: mtimeMs };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
