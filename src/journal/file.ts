import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../base/error.ts';

/**
 * Makes the state folder, and those above it, for its owner alone. One that exists keeps its permissions: somebody chose
 * them. One level at a time: Node's own `recursive` never returns on file systems that answer ENOENT, such as /proc.
 */
export function createFolder(folder: string): void {
  if (existsSync(folder)) return;
  createFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  syncFolder(dirname(folder));
}

/**
 * Makes an empty file for its owner alone, or narrows one that others may read. An existing file is never opened here:
 * closing it would drop the locks that SQLite holds on it in this process.
 */
export function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    narrow(path);
  }
}

function narrow(path: string): void {
  const { mode, uid } = statSync(path);
  if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) chmodSync(path, 0o600);
}

/** Makes the names in a folder survive a power loss. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
