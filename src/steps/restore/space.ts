import { access, constants, statfs } from 'node:fs/promises';
import { formatSize } from '../../base/size.ts';
import { MusterError } from '../../base/error.ts';
import { nearestFolder } from '../../sources/nearest-folder.ts';

/** Throws `no-space` when there is less room on the file system of `path` than `bytes`. */
export async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(await nearestFolder(path));
  if (bavail * bsize >= bytes) return;
  throw new MusterError(`${path} has room for ${formatSize(bavail * bsize)}, the backup has ${formatSize(bytes)}`, {
    code: 'no-space',
    hint: 'Make room there, or restore to another folder.',
  });
}

/** Throws `target-not-writable`. */
export async function requireWritable(path: string): Promise<void> {
  const folder = await nearestFolder(path);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new MusterError(`${folder} cannot be written`, {
      code: 'target-not-writable',
      hint: 'Run muster as a user that may write there, or restore to another folder.',
    });
  }
}
