import { constants } from 'node:fs';

/** Types of nodes that restic knows. `other` stands for what a newer writer may have put there. */
export type NodeType = 'file' | 'dir' | 'symlink' | 'fifo' | 'dev' | 'chardev' | 'socket' | 'other';

/** Go's `os.FileMode` bits of a type. They exceed 31 bits, so they are added, never or-ed. */
const typeBits: Readonly<Record<NodeType, number>> = {
  file: 0,
  dir: 2 ** 31,
  symlink: 2 ** 27,
  dev: 2 ** 26,
  chardev: 2 ** 26 + 2 ** 21,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  other: 2 ** 19,
};

/** Set-uid, set-gid and sticky: the bit of `st_mode`, and Go's. */
const specialBits: readonly (readonly [number, number])[] = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
];

const types: ReadonlyMap<number, NodeType> = new Map<number, NodeType>([
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'dir'],
  [constants.S_IFLNK, 'symlink'],
  [constants.S_IFIFO, 'fifo'],
  [constants.S_IFBLK, 'dev'],
  [constants.S_IFCHR, 'chardev'],
  [constants.S_IFSOCK, 'socket'],
]);

/** The type of a `st_mode`. */
export function typeOfMode(mode: number): NodeType {
  return types.get(mode & constants.S_IFMT) ?? 'other';
}

/** A `st_mode` in Go's form. */
export function toGoMode(mode: number): number {
  let value = typeBits[typeOfMode(mode)] + (mode & 0o777);
  for (const [unix, go] of specialBits) if ((mode & unix) !== 0) value += go;
  return value;
}

/** The lower twelve bits of `st_mode` (permissions, set-uid, set-gid, sticky) out of Go's form. */
export function permissionsOf(goMode: number): number {
  let value = goMode % 512;
  for (const [unix, go] of specialBits) if (Math.floor(goMode / go) % 2 === 1) value |= unix;
  return value;
}
