import type { BytePath } from '../../base/capture.ts';
import type { TreeNode } from '../tree/node.ts';
import { statAt } from './stat-at.ts';

/** An entry with several names, under the one that was made first. */
export interface Restored {
  readonly path: BytePath;
  readonly node: TreeNode;
  readonly device: number;
  readonly inode: number;
  /** Names that are still to come. */
  left: number;
}

/** The first restored name of each file that has several. Entries go once the last name has been made. */
export class RestoredLinks {
  readonly #restored = new Map<string, Restored>();

  /** The name to link to. Undefined for the first name, and when the other is not the same file after all. */
  firstOf(node: TreeNode): Restored | undefined {
    const known = this.#restored.get(keyOf(node));
    if (known === undefined || !sameFile(known.node, node)) return undefined;
    known.left -= 1;
    if (known.left === 0) this.#restored.delete(keyOf(node));
    return known;
  }

  remember(node: TreeNode, entry: { readonly path: BytePath; readonly place: BytePath }): void {
    if (node.links < 2 || node.inode === 0n) return;
    const stats = statAt(entry.place);
    if (stats === undefined) return;
    const { dev: device, ino: inode } = stats;
    this.#restored.set(keyOf(node), { path: entry.path, node, device, inode, left: node.links - 1 });
  }
}

function keyOf(node: TreeNode): string {
  return `${node.deviceId}:${node.inode}`;
}

function sameFile(first: TreeNode, node: TreeNode): boolean {
  const same = first.type === node.type && first.mode === node.mode && first.mtime === node.mtime;
  return same && first.linkTarget === node.linkTarget && first.content?.join() === node.content?.join();
}
