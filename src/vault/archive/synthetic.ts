import type { BytePath } from '../../base/capture.ts';
import type { Instant } from '../../base/clock.ts';
import type { Id } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';

/** A folder that the snapshot names and the system has not: `rwxr-xr-x`, owned by root. */
export function syntheticFolder(name: BytePath, time: Instant): TreeNode {
  return { ...synthetic(name, time), type: 'dir', mode: 2 ** 31 + 0o755 };
}

/** A file whose content came from a program: `rw-------`, owned by root. */
export function syntheticFile(
  name: BytePath,
  { time, size, content }: { readonly time: Instant; readonly size: number; readonly content: readonly Id[] },
): TreeNode {
  return { ...synthetic(name, time), type: 'file', mode: 0o600, links: 1, size, content };
}

function synthetic(name: BytePath, time: Instant): Omit<TreeNode, 'type' | 'mode'> {
  const at = BigInt(time) * 1_000_000n;
  return {
    name,
    mtime: at,
    atime: at,
    ctime: at,
    uid: 0,
    gid: 0,
    user: 'root',
    group: 'root',
    inode: 0n,
    deviceId: 0n,
    size: 0,
    links: 0,
    linkTarget: undefined,
    attributes: [],
    device: 0n,
    content: undefined,
    subtree: undefined,
  };
}
