import type { BytePath } from '../base/capture.ts';
import { fromBytePath } from '../base/capture.ts';
import { MusterError } from '../base/error.ts';
import { joinPath } from './open-folder.ts';
import type { Id, Repository } from './repository.ts';
import { loadTree } from './tree/load.ts';
import { permissionsOf } from './tree/mode.ts';
import { nameFault } from './tree/node.ts';
import type { TreeNode } from './tree/node.ts';
import type { Entry } from './vault.ts';

/**
 * Every entry below a path of a tree, parents before children; of a path that is no folder, itself. Throws
 * `path-missing`, and `tree-unsafe` at a name that no honest writer makes.
 */
export async function* entriesBelow(repository: Repository, tree: Id, path: BytePath): AsyncGenerator<Entry> {
  const found = await findPath(repository, tree, path);
  if (found.kind === 'folder') yield* below(repository, found.path, found.tree);
  else yield* one(found.node, found.path);
}

/** What is no folder at a path of a tree. Throws `path-missing`. */
export async function leafAt(repository: Pick<Repository, 'load'>, tree: Id, path: BytePath): Promise<TreeNode> {
  const found = await findPath(repository, tree, path);
  if (found.kind === 'folder') throw pathMissing(path);
  return found.node;
}

type Found =
  | { readonly kind: 'folder'; readonly path: BytePath; readonly tree: Id }
  | { readonly kind: 'leaf'; readonly path: BytePath; readonly node: TreeNode };

async function findPath(repository: Pick<Repository, 'load'>, tree: Id, path: BytePath): Promise<Found> {
  let found: Found = { kind: 'folder', path: '/', tree };
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (found.kind === 'leaf') throw pathMissing(path);
    const nodes: readonly TreeNode[] = await loadTree(repository, found.tree);
    const node = nodes.find((each) => each.name === name);
    if (node === undefined) throw pathMissing(path);
    const own = joinPath(found.path, name);
    const { subtree } = node;
    found = subtree === undefined ? { kind: 'leaf', path: own, node } : { kind: 'folder', path: own, tree: subtree };
  }
  return found;
}

/** Of a path that the snapshot does not hold as what is asked for. */
export function pathMissing(path: BytePath): MusterError {
  return new MusterError(`the snapshot has no ${fromBytePath(path)}`, {
    code: 'path-missing',
    hint: 'List the folder above to see what it holds.',
  });
}

async function* below(repository: Repository, path: BytePath, tree: Id): AsyncGenerator<Entry> {
  for (const node of await loadTree(repository, tree)) {
    const detail = nameFault(node.name);
    if (detail !== undefined) throw unsafe(path, detail);
    const own = joinPath(path, node.name);
    yield* one(node, own);
    if (node.subtree !== undefined) yield* below(repository, own, node.subtree);
  }
}

function unsafe(path: BytePath, detail: string): MusterError {
  return new MusterError(`the list of ${fromBytePath(path)} in the snapshot is not to be trusted: ${detail}`, {
    code: 'tree-unsafe',
    hint: 'Find out who can write to this vault; restore the good entries to an empty folder.',
  });
}

function* one(node: TreeNode, path: BytePath): Generator<Entry> {
  if (node.type === 'other') return;
  const { type, size, uid, gid, linkTarget } = node;
  const modifiedAt = Number(node.mtime / 1_000_000n);
  yield { path, type, size, mode: permissionsOf(node.mode), modifiedAt, uid, gid, linkTarget };
}
