import { posix } from 'node:path';
import type { FileEntryWithStats } from 'ssh2';
import { isObjectName, temporaryFolder } from '../name.ts';
import type { ObjectInfo } from '../store.ts';
import type { SftpConnections } from './connections.ts';
import { hasStatus, status } from './fault.ts';
import type { SftpSession } from './session.ts';

/** Folders that are read at once: each takes a few round trips. */
const atOnce = 16;

/** No vault has as many in one folder; a server that goes on and on must not fill the memory. */
const mostEntries = 5_000_000;

const endOfFolder = 1;

/**
 * Every file whose name from `root` starts with `prefix`. Symbolic links, temporary files, and what has a name that no
 * object can have, are passed over.
 */
export async function* listFiles(
  connections: SftpConnections,
  root: string,
  prefix: string,
): AsyncGenerator<ObjectInfo> {
  const folders = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
  while (folders.length > 0) {
    const batch = folders.splice(-atOnce);
    const read = await Promise.all(batch.map((folder) => connections.use((one) => entriesOf(one, root, folder))));
    for (const { name, attrs } of read.flat()) {
      if (!isObjectName(name)) continue;
      if (attrs.isDirectory()) {
        if (mayHold(`${name}/`, prefix)) folders.push(`${name}/`);
      } else if (attrs.isFile() && name.startsWith(prefix))
        yield { name, size: attrs.size, modifiedAt: attrs.mtime * 1000 };
    }
  }
}

function mayHold(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

type Entry = Pick<FileEntryWithStats, 'attrs'> & { readonly name: string };

/** `folder` is empty or ends in `/`. One that isn't there holds nothing. */
async function entriesOf(session: SftpSession, root: string, folder: string): Promise<readonly Entry[]> {
  if (folder === `${temporaryFolder}/`) return [];
  try {
    const entries = await readFolder(session, posix.join(root, folder));
    return entries.map(({ filename, attrs }) => ({ name: `${folder}${filename}`, attrs }));
  } catch (error) {
    if (hasStatus(error, status.noSuchFile)) return [];
    throw error;
  }
}

/** What lies in a folder, links as links. Throws what the server answers. */
export async function readFolder(session: SftpSession, path: string): Promise<readonly FileEntryWithStats[]> {
  const handle = await session.request<Buffer>((sftp, answer) => sftp.opendir(path, answer));
  try {
    return await readEntries(session, handle);
  } finally {
    void session.request((sftp, answer) => sftp.close(handle, answer)).catch(() => {});
  }
}

async function readEntries(session: SftpSession, handle: Buffer): Promise<readonly FileEntryWithStats[]> {
  const entries: FileEntryWithStats[] = [];
  try {
    while (entries.length < mostEntries)
      entries.push(...(await session.request<FileEntryWithStats[]>((sftp, answer) => sftp.readdir(handle, answer))));
  } catch (error) {
    if (hasStatus(error, endOfFolder)) return entries;
    throw error;
  }
  throw new Error(`a folder has more than ${mostEntries} entries`);
}
