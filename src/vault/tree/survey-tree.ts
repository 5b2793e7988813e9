import type { BytePath } from '../../base/capture.ts';
import { joinPath } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import type { TreeSource } from './load.ts';
import { isDamage, loadTree } from './load.ts';
import type { TreeNode } from './node.ts';

export interface VisitedTree {
  readonly id: Id;
  /** One of the folders that have this tree. */
  readonly path: BytePath;
  readonly nodes: readonly TreeNode[];
}

/**
 * Every different tree of a snapshot, once, children before parents; a folder that recurs costs nothing. A tree that
 * is lost goes to `onLost`, if there is one, and is passed over; without it that throws.
 */
export async function* treesOf(
  repository: TreeSource,
  tree: Id,
  onLost?: (path: BytePath, error: unknown) => void,
): AsyncGenerator<VisitedTree> {
  yield* treesBelow({ repository, onLost, seen: new Set() }, { path: '/', id: tree });
}

interface Walk {
  readonly repository: TreeSource;
  readonly onLost: ((path: BytePath, error: unknown) => void) | undefined;
  readonly seen: Set<Id>;
}

async function* treesBelow(
  walk: Walk,
  place: { readonly path: BytePath; readonly id: Id },
): AsyncGenerator<VisitedTree> {
  if (walk.seen.has(place.id)) return;
  walk.seen.add(place.id);
  const nodes = await nodesOf(walk, place);
  for (const { subtree, name } of nodes) {
    if (subtree !== undefined) yield* treesBelow(walk, { path: joinPath(place.path, name), id: subtree });
  }
  yield { ...place, nodes };
}

async function nodesOf(walk: Walk, { path, id }: { path: BytePath; id: Id }): Promise<readonly TreeNode[]> {
  try {
    return await loadTree(walk.repository, id);
  } catch (error) {
    if (walk.onLost === undefined || !isDamage(error)) throw error;
    walk.onLost(path, error);
    return [];
  }
}
