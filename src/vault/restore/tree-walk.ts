import type { BytePath } from '../../base/capture.ts';
import { messageOf } from '../../base/error.ts';
import { joinPath } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import { isDamage, loadTree, type TreeSource } from '../tree/load.ts';
import { nameFault } from '../tree/node.ts';
import type { TreeNode } from '../tree/node.ts';
import type { EntryFault } from '../vault.ts';

/** An entry with a name that can safely be used below its folder. */
export interface SafeEntry {
  readonly node: TreeNode;
  readonly path: BytePath;
}

/**
 * The entries of a folder of the snapshot. Names that would lead elsewhere, and the second of two that are the same,
 * go to `onFault` as `refused`; a folder object that is lost is `damaged`, and then there are no entries.
 */
export async function entriesIn(
  repository: TreeSource,
  folder: { readonly path: BytePath; readonly tree: Id },
  onFault: (fault: EntryFault) => void,
): Promise<readonly SafeEntry[]> {
  const nodes = await nodesOr(repository, folder, onFault);
  const seen = new Set<BytePath>();
  const safe: SafeEntry[] = [];
  for (const node of nodes) {
    const path = joinPath(folder.path, node.name);
    const detail = nameFault(node.name) ?? (seen.has(node.name) ? 'its folder names it twice' : undefined);
    seen.add(node.name);
    if (detail === undefined) safe.push({ node, path });
    else onFault({ path, kind: 'refused', detail });
  }
  return safe;
}

async function nodesOr(
  repository: TreeSource,
  { path, tree }: { readonly path: BytePath; readonly tree: Id },
  onFault: (fault: EntryFault) => void,
): Promise<readonly TreeNode[]> {
  try {
    return await loadTree(repository, tree);
  } catch (error) {
    if (!isDamage(error)) throw error;
    onFault({ path, kind: 'damaged', detail: `its list of entries is lost: ${messageOf(error)}` });
    return [];
  }
}
