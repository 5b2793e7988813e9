import type { BytePath } from '../../base/capture.ts';
import { openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { TreeNode } from '../tree/node.ts';
import type { RestoreContext } from './context.ts';
import { statAt } from './target-folder.ts';

interface Restored {
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

/**
 * Calls `use` with a path to an entry that was restored before, reached from the target folder down without following
 * links; false, without the call, when it is not there any more.
 */
export function withRestored(context: RestoreContext, restored: Restored, use: (place: BytePath) => void): boolean {
  const names = restored.path.split('/').filter((name) => name !== '');
  const opened: OpenFolder[] = [];
  try {
    const place = placeOf(context, names, opened);
    const stats = statAt(place);
    if (stats?.ino !== restored.inode || stats.dev !== restored.device) return false;
    use(place);
    return true;
  } finally {
    for (const folder of opened) folder.close();
  }
}

function placeOf(context: RestoreContext, names: readonly BytePath[], opened: OpenFolder[]): BytePath {
  let folder = context.top;
  let path = '';
  for (const name of names.slice(0, -1)) {
    path += `/${name}`;
    folder = openFolder(folder.child(name), context.area.mayFollow(path) ? 'follow' : 'refuse');
    opened.push(folder);
  }
  return folder.child(names.at(-1) ?? '.');
}
