import type { EntryStats } from '../posix-at.ts';
import type { BytePath } from '../../base/capture.ts';
import { toGoMode, typeOfMode } from '../tree/mode.ts';
import type { TreeNode } from '../tree/node.ts';
import type { Owners } from './owners.ts';

/** What `lstat` tells of an entry, as restic records it: the access time is not kept, the time of change stands for it. */
export function nodeOf(name: BytePath, stats: EntryStats, owners: Owners): TreeNode {
  const mode = Number(stats.mode);
  const type = typeOfMode(mode);
  const [uid, gid] = [Number(stats.uid), Number(stats.gid)];
  return {
    name,
    type,
    mode: toGoMode(mode),
    mtime: stats.mtimeNs,
    atime: stats.mtimeNs,
    ctime: stats.ctimeNs,
    uid,
    gid,
    user: owners.user(uid),
    group: owners.group(gid),
    inode: stats.ino,
    deviceId: stats.dev,
    size: type === 'file' ? Number(stats.size) : 0,
    links: type === 'dir' || type === 'fifo' ? 0 : Number(stats.nlink),
    linkTarget: undefined,
    attributes: [],
    device: type === 'dev' || type === 'chardev' ? stats.rdev : 0n,
    content: type === 'file' ? [] : undefined,
    subtree: undefined,
  };
}
