import { readdir, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MusterError } from '../../base/error.ts';

/**
 * Throws `source-in-use` when another process holds the file open. What cannot be seen is not found: processes of other
 * users when muster is not root, of other hosts, and all of them where there is no `/proc`.
 */
export async function requireUnused(path: string): Promise<void> {
  const holders = await holdersOf(path);
  if (holders.length === 0) return;
  throw new MusterError(`the database ${path} is in use by process ${holders.join(', ')}`, {
    code: 'source-in-use',
    hint: 'Stop the program first: what it writes to the old file would be lost.',
    retryable: true,
  });
}

async function holdersOf(path: string): Promise<readonly number[]> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return [];
  const pids = (await namesIn('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const holders = await Promise.all(pids.map(async (pid) => ((await holds(pid, path, facts)) ? [pid] : [])));
  return holders.flat();
}

interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

async function holds(pid: number, path: string, { dev, ino }: FileIdentity): Promise<boolean> {
  for (const descriptor of await namesIn(`/proc/${pid}/fd`)) {
    const link = `/proc/${pid}/fd/${descriptor}`;
    // The name first: `stat` on whatever else is open could wait for a dead server.
    if (basename(await readlink(link).catch(() => '')) !== basename(path)) continue;
    const open = await stat(link).catch(() => undefined);
    if (open?.dev === dev && open.ino === ino) return true;
  }
  return false;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}
