import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Makes the folders of `parts` below `root` that are missing, durably; never `root` itself. */
export async function makeFolders(root: string, parts: readonly string[]): Promise<void> {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    await makeFolder(path);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  await syncFolder(dirname(path));
}
