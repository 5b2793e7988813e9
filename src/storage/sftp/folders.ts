import { posix } from 'node:path';
import { hasStatus, status } from './fault.ts';
import { readFolder } from './listing.ts';
import type { SftpSession } from './session.ts';

/** Makes the folders (`data/00/`) below `root` and those above them that are missing, durably; never `root` itself. */
export async function makeFolders(session: SftpSession, root: string, folders: readonly string[]): Promise<void> {
  const levels = levelsOf(folders);
  for (const level of levels) {
    const made = await Promise.all(level.map((folder) => makeFolder(session, posix.join(root, folder))));
    const parents = new Set(level.filter((_, i) => made[i]).map((folder) => posix.join(root, posix.dirname(folder))));
    await Promise.all([...parents].map((parent) => syncFolder(session, parent)));
  }
}

/** Makes a folder and those above it. */
export async function makeRoot(session: SftpSession, path: string): Promise<void> {
  if (await isFolder(session, path)) return;
  const parent = posix.dirname(path);
  if (parent !== path) await makeRoot(session, parent);
  if (await makeFolder(session, path)) await syncFolder(session, parent);
}

/**
 * Makes a new name in a folder survive a power loss, where the server can do that: the protocol knows of no folders
 * that are synced, but OpenSSH opens and syncs them as it does files.
 */
export async function syncFolder(session: SftpSession, path: string): Promise<void> {
  if (!session.syncsFolders) return;
  try {
    const handle = await session.request<Buffer>((sftp, answer) => sftp.open(path, 'r', answer));
    const synced = session.request((sftp, answer) => sftp.ext_openssh_fsync(handle, answer));
    await Promise.all([synced, session.request((sftp, answer) => sftp.close(handle, answer))]);
  } catch {
    // What can't be synced is as durable as this server makes it; a lost connection is told by the next request.
    session.syncsFolders = false;
  }
}

/** By depth, each once: `data/`, then `data/00/` and `data/01/` at once. */
function levelsOf(folders: readonly string[]): readonly (readonly string[])[] {
  const levels: Set<string>[] = [];
  for (const folder of folders) {
    const parts = folder.split('/').filter(Boolean);
    parts.forEach((_, depth) => (levels[depth] ??= new Set()).add(parts.slice(0, depth + 1).join('/')));
  }
  return levels.map((level) => [...level]);
}

/** False when it is there already. */
async function makeFolder(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.request((sftp, answer) => sftp.mkdir(path, { mode: 0o700 }, answer));
    return true;
  } catch (error) {
    if (hasStatus(error, status.failure) && (await isFolder(session, path))) return false;
    throw error;
  }
}

async function isFolder(session: SftpSession, path: string): Promise<boolean> {
  try {
    return (await session.stat(path)).isDirectory();
  } catch (error) {
    if (hasStatus(error, status.noSuchFile)) return false;
    throw error;
  }
}

/** Removes the folders below `prefix` that hold nothing, and those above it that hold nothing then; never `root` itself. */
export async function removeEmptyFolders(session: SftpSession, root: string, prefix: string): Promise<void> {
  const parts = prefix.split('/').slice(0, -1);
  await removeBelow(session, posix.join(root, ...parts));
  for (; parts.length > 0; parts.pop()) if (!(await removeFolder(session, posix.join(root, ...parts)))) return;
}

async function removeBelow(session: SftpSession, path: string): Promise<void> {
  const entries = await readFolder(session, path).catch(() => []);
  for (const { filename } of entries.filter(({ attrs }) => attrs.isDirectory())) {
    await removeBelow(session, posix.join(path, filename));
    await removeFolder(session, posix.join(path, filename));
  }
}

/** False when it is not empty, of which servers say no more than `failure`. */
async function removeFolder(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.request((sftp, answer) => sftp.rmdir(path, answer));
    return true;
  } catch (error) {
    if (hasStatus(error, status.noSuchFile)) return true;
    if (hasStatus(error, status.failure)) return false;
    throw error;
  }
}
