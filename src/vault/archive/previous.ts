import type { BytePath } from '../../base/capture.ts';
import type { Id, Repository } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import { parseTree } from '../tree/parse.ts';
import { TreeText } from '../tree/tree-text.ts';

/** An entry as the parent snapshot has it; undefined when it is damaged. */
export type PreviousEntry = () => TreeNode | undefined;

/** A folder as the parent snapshot has it. */
export interface PreviousFolder {
  readonly id: Id | undefined;
  /** Undefined: only `entry` can be asked. */
  readonly tree: TreeText | undefined;
  /** Names must be asked for in byte order. */
  readonly entry: (name: BytePath) => PreviousEntry | undefined;
}

const nothing: PreviousFolder = { id: undefined, tree: undefined, entry: () => undefined };

/** A parent that is damaged only means that everything is read again. */
export async function previousFolder(repository: Repository, id: Id | undefined): Promise<PreviousFolder> {
  if (id === undefined) return nothing;
  const bytes = await unlessDamaged(() => repository.load('tree', id));
  if (bytes === undefined) return nothing;
  const tree = TreeText.of(bytes);
  if (tree === undefined) return await parsed(bytes, id);
  const entry: PreviousFolder['entry'] = (name) => {
    const node = tree.find(name);
    return node === -1 ? undefined : () => parseOne(tree.textOf(node), id);
  };
  return { id, tree, entry };
}

async function unlessDamaged<T>(load: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function parseOne(text: string, id: Id): TreeNode | undefined {
  try {
    return parseTree(Buffer.from(`{"nodes":[${text}]}`), id)[0];
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

async function parsed(bytes: Buffer, id: Id): Promise<PreviousFolder> {
  const nodes = await unlessDamaged(() => parseTree(bytes, id));
  const byName = new Map(nodes?.map((node) => [node.name, node]));
  const entry: PreviousFolder['entry'] = (name) => {
    const node = byName.get(name);
    return node && (() => node);
  };
  return { id, tree: undefined, entry };
}
