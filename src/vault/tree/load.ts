import { MusterError } from '../../base/error.ts';
import type { Id, Repository } from '../repository.ts';
import type { TreeNode } from './node.ts';
import { parseTree } from './parse.ts';

const damages: ReadonlySet<string> = new Set(['blob-missing', 'blob-damaged', 'tree-damaged']);

/** Throws `blob-missing`, `blob-damaged` or `tree-damaged`; see `isDamage`. */
export async function loadTree(repository: TreeSource, id: Id): Promise<readonly TreeNode[]> {
  const nodes = parseTree(await repository.load('tree', id), id);
  repository.expect?.(nodes.flatMap(({ subtree }) => subtree ?? []));
  return nodes;
}

/** Where folders come from. */
export type TreeSource = Pick<Repository, 'load' | 'expect'>;

/** True when a part of the repository is lost, and other parts may well be there: going on makes sense. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof MusterError)) return false;
  // `storage-failed`: a sector of the disk that can't be read, say.
  return damages.has(error.code) || (error.code === 'storage-failed' && !error.retryable);
}
