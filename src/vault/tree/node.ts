import type { BytePath } from '../../base/capture.ts';
import type { Id } from '../repository.ts';
import type { NodeType } from './mode.ts';
import type { Nanoseconds } from './timestamp.ts';

/** One entry of a folder, as a tree object of the repository holds it. */
export interface TreeNode {
  /** Raw bytes. From a hostile repository it may be anything: see `nameFault`. */
  readonly name: BytePath;
  readonly type: NodeType;
  /** Go's `os.FileMode` bits. */
  readonly mode: number;
  readonly mtime: Nanoseconds;
  readonly atime: Nanoseconds;
  readonly ctime: Nanoseconds;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly inode: bigint;
  readonly deviceId: bigint;
  readonly size: number;
  readonly links: number;
  readonly linkTarget: BytePath | undefined;
  readonly attributes: readonly ExtendedAttribute[];
  /** `st_rdev` of devices. */
  readonly device: bigint;
  /** Chunks of a file, in order; undefined for what is no file. */
  readonly content: readonly Id[] | undefined;
  /** Tree of a folder. */
  readonly subtree: Id | undefined;
}

export interface ExtendedAttribute {
  readonly name: string;
  readonly value: Buffer;
}

/** Why a name can't be an entry of a folder; undefined when it can. */
export function nameFault(name: BytePath): string | undefined {
  if (name === '') return 'the name is empty';
  if (name === '.' || name === '..') return `the name is ${name}`;
  if (name.includes('/')) return 'the name holds a slash';
  if (name.includes('\0')) return 'the name holds a NUL byte';
  return undefined;
}
