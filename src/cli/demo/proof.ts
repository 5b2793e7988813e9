import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a tree of files holds: path to a line of its type, mode, time and content. */
export type Fingerprint = ReadonlyMap<string, string>;

/** Every entry below `folder` but those whose path starts with one of `without`. */
export async function fingerprintOf(folder: string, without: readonly string[] = []): Promise<Fingerprint> {
  const found = new Map<string, string>();
  for (const path of (await readdir(folder, { recursive: true })).toSorted()) {
    if (!without.some((prefix) => path.startsWith(prefix))) found.set(path, await lineOf(join(folder, path)));
  }
  return found;
}

/** Paths whose line differs, or that only one side has. */
export function differencesOf(before: Fingerprint, after: Fingerprint): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}

export interface TableProof {
  readonly rows: number;
  /** SHA-256 over every row in the order of its key. */
  readonly sha256: string;
}

/** Count and content of the first `limit` orders, by id. */
export function ordersOf(path: string, limit: number): TableProof {
  const database = new DatabaseSync(path, { readOnly: true });
  const hash = createHash('sha256');
  let rows = 0;
  for (const row of database
    .prepare('select id, customer, total, placed from orders order by id limit ?')
    .iterate(limit)) {
    hash.update(JSON.stringify(row));
    rows += 1;
  }
  database.close();
  return { rows, sha256: hash.digest('hex') };
}

async function lineOf(path: string): Promise<string> {
  const stat = await lstat(path, { bigint: true });
  // A folder's link count is that of its subfolders, some of which may be left out.
  const links = stat.isDirectory() ? '' : ` ${stat.nlink}`;
  const facts = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs}${links}`;
  if (stat.isSymbolicLink()) return `${facts} -> ${await readlink(path)}`;
  if (!stat.isFile()) return facts;
  return `${facts} ${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;
}
