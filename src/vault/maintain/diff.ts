import type { BytePath } from '../../base/capture.ts';
import { fromBytePath } from '../../base/capture.ts';
import { joinPath } from '../open-folder.ts';
import type { Id, Repository } from '../repository.ts';
import { loadTree } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import { nodeJson } from '../tree/write.ts';
import type { Difference } from './requests.ts';

/** What differs between two trees, in byte order of the paths, parents first. Trees that are the same are not read. */
export async function* differencesBetween(
  repository: Pick<Repository, 'load'>,
  before: Id | undefined,
  after: Id | undefined,
  folder: BytePath = '/',
): AsyncGenerator<Difference> {
  if (before === after) return;
  const old = before === undefined ? [] : await loadTree(repository, before);
  const current = after === undefined ? [] : await loadTree(repository, after);
  for (const [left, right] of pairs(old, current)) {
    const path = joinPath(folder, (left ?? right)?.name ?? '');
    const kind = kindOf(left, right);
    if (kind !== undefined) yield differenceOf(path, kind, left, right);
    yield* differencesBetween(repository, left?.subtree, right?.subtree, path);
  }
}

type Pair = readonly [TreeNode | undefined, TreeNode | undefined];

function pairs(left: readonly TreeNode[], right: readonly TreeNode[]): readonly Pair[] {
  const byName = new Map<BytePath, [TreeNode | undefined, TreeNode | undefined]>();
  for (const node of left) byName.set(node.name, [node, undefined]);
  for (const node of right) byName.set(node.name, [byName.get(node.name)?.[0], node]);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
}

function kindOf(left: TreeNode | undefined, right: TreeNode | undefined): Difference['kind'] | undefined {
  if (left === undefined) return 'added';
  if (right === undefined) return 'removed';
  if (left.type !== right.type) return 'type';
  if (contentOf(left) !== contentOf(right)) return 'content';
  return metadataOf(left) === metadataOf(right) ? undefined : 'metadata';
}

function contentOf({ content, linkTarget, device }: TreeNode): string {
  return JSON.stringify([content, linkTarget, String(device)]);
}

/** What says the same of a copy elsewhere: inode, device and change time of the inode are left out. */
function metadataOf(node: TreeNode): string {
  return nodeJson({ ...node, inode: 0n, deviceId: 0n, ctime: 0n, atime: 0n, links: 0, subtree: undefined, size: 0 });
}

function differenceOf(
  path: BytePath,
  kind: Difference['kind'],
  left: TreeNode | undefined,
  right: TreeNode | undefined,
): Difference {
  return { path: fromBytePath(path), kind, sizeBefore: left?.size, sizeAfter: right?.size };
}
