import { readFileSync } from 'node:fs';

/** Names of users and groups, which a snapshot keeps beside their numbers; empty where a number has none. */
export interface Owners {
  user(uid: number): string;
  group(gid: number): string;
}

/** From the local files of accounts. Names that only a directory service knows are left out; the numbers count. */
export function localOwners(): Owners {
  const users = namesIn('/etc/passwd');
  const groups = namesIn('/etc/group');
  return { user: (uid) => users.get(uid) ?? '', group: (gid) => groups.get(gid) ?? '' };
}

/** The first name of a number counts, as in the C library. */
function namesIn(file: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of linesOf(file)) {
    const [name, , number] = line.split(':');
    if (name === undefined || number === undefined || !/^\d+$/.test(number)) continue;
    if (!names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
