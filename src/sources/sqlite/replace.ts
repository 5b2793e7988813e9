import { chmod, chown, lstat, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../base/error.ts';

export interface Replacement {
  /** The checked new database, on the same file system as the target. */
  readonly staged: string;
  readonly target: string;
  /** Where an old database goes; it is never deleted. */
  readonly aside: string;
}

/** The database and what SQLite keeps beside it: a log that is left there would be applied to the new database. */
const parts = ['', '-wal', '-shm', '-journal'];

/**
 * Moves the old database aside with all that belongs to it, then the new one in. The new one gets the owner and mode of
 * the old one. The database goes first and its log after it: at no moment does a log lie beside a foreign database.
 * When anything fails, everything is moved back. Returns whether there was an old one.
 */
export async function replaceDatabase({ staged, target, aside }: Replacement): Promise<boolean> {
  await keepOwnerOf(target, staged);
  await flush(staged);
  const moved: string[] = [];
  try {
    for (const part of parts) if (await moveIfThere(target + part, aside + part)) moved.push(part);
    await rename(staged, target);
  } catch (error) {
    for (const part of moved.toReversed()) await rename(aside + part, target + part);
    throw error;
  }
  await flush(dirname(target));
  return moved.length > 0;
}

async function keepOwnerOf(target: string, staged: string): Promise<void> {
  const old = await lstat(target).catch(() => undefined);
  if (old === undefined) return;
  await chmod(staged, old.mode & 0o7777);
  await chown(staged, old.uid, old.gid);
}

async function flush(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
