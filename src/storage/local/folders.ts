import { mkdir, open, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/error.ts';

/** Makes what was written to a folder (a new name, a new folder) survive a power loss. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems can't sync a folder; there the rename itself is as durable as it gets.
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/** Makes the folders below `root` (`data/00/`) and those above them that are missing, durably; never `root` itself. */
export async function makeFolders(root: string, folders: readonly string[]): Promise<void> {
  const changed = new Set<string>();
  for (const folder of folders) {
    let path = root;
    for (const part of folder.split('/').filter(Boolean)) {
      const parent = path;
      path = join(path, part);
      if (await makeFolder(path)) changed.add(parent);
    }
  }
  for (const path of changed) await syncFolder(path);
}

/** False when it is there already. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the folders below `prefix` that hold nothing, and those above it that hold nothing then; never `root` itself. */
export async function removeEmptyFolders(root: string, prefix: string): Promise<void> {
  const parts = prefix.split('/').slice(0, -1);
  await removeBelow(join(root, ...parts));
  for (; parts.length > 0; parts.pop()) if (!(await removeFolder(join(root, ...parts)))) return;
}

async function removeBelow(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isDirectory())) {
    await removeBelow(join(path, entry.name));
    await removeFolder(join(path, entry.name));
  }
}

/** False when it is not empty. */
async function removeFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}
