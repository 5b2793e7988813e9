import type { BytePath } from '../../base/capture.ts';
import { leafAt, pathMissing } from '../entries.ts';
import { joinPath } from '../open-folder.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import { isDamage, loadTree } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import type { Snapshot, StoredFile } from '../vault.ts';

type Loads = Pick<Repository, 'load'>;

/** Every file with content. Folders that are lost are passed over: who reads contents has checked the folders before. */
export async function* contentsOf(repository: Repository, id: string): AsyncGenerator<StoredFile> {
  const snapshot = await findSnapshot(repository, id);
  yield* filesBelow(repository, '/', snapshot.tree);
}

/** One file of a snapshot. Throws `path-missing`. */
export async function fileOf(repository: Loads, { tree }: Snapshot, path: BytePath): Promise<StoredFile> {
  const { content, size } = await leafAt(repository, tree, path);
  if (content === undefined) throw pathMissing(path);
  return { path, size, read: () => piecesOf(repository, content) };
}

async function* filesBelow(repository: Repository, folder: BytePath, tree: Id): AsyncGenerator<StoredFile> {
  for (const node of await nodesOf(repository, tree)) {
    const path = joinPath(folder, node.name);
    if (node.subtree !== undefined) yield* filesBelow(repository, path, node.subtree);
    const { content, size } = node;
    if (content !== undefined && content.length > 0) yield { path, size, read: () => piecesOf(repository, content) };
  }
}

async function nodesOf(repository: Repository, tree: Id): Promise<readonly TreeNode[]> {
  try {
    return await loadTree(repository, tree);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [];
  }
}

async function* piecesOf(repository: Loads, content: readonly Id[]): AsyncGenerator<Uint8Array> {
  for (const id of content) yield await repository.load('data', id);
}
