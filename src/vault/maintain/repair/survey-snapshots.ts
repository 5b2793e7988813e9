import type { BytePath } from '../../../base/capture.ts';
import { fromBytePath } from '../../../base/capture.ts';
import { messageOf, MusterError } from '../../../base/error.ts';
import { joinPath } from '../../open-folder.ts';
import type { Id, Repository } from '../../repository.ts';
import { parseSnapshot } from '../../snapshot.ts';
import { isDamage, loadTree } from '../../tree/load.ts';
import type { TreeNode } from '../../tree/node.ts';
import type { Snapshot } from '../../vault.ts';
import type { Content } from './content.ts';

export type LostEntry = { readonly path: string; readonly detail: string };

/** A snapshot that is not whole. */
export type BrokenSnapshot =
  | { readonly kind: 'unreadable'; readonly id: Id; readonly detail: string }
  | { readonly kind: 'holes'; readonly snapshot: Snapshot; readonly lost: readonly LostEntry[] };

/** Snapshots that can't be read, or need what is not there. Trees that are whole are read once. */
export async function brokenSnapshots(
  repository: Repository,
  content: Content,
  signal: AbortSignal,
): Promise<readonly BrokenSnapshot[]> {
  const walk: Walk = { content, signal, whole: new Map() };
  const broken: BrokenSnapshot[] = [];
  for (const id of await repository.listIds('snapshots')) {
    const snapshot = await snapshotOrReason(repository, id);
    if (typeof snapshot === 'string') broken.push({ kind: 'unreadable', id, detail: snapshot });
    else if (!(await isWhole(walk, snapshot.tree)))
      broken.push({ kind: 'holes', snapshot, lost: await lostBelow(walk, snapshot.tree, '/') });
  }
  return broken;
}

async function snapshotOrReason(repository: Repository, id: Id): Promise<Snapshot | string> {
  try {
    return parseSnapshot(id, await repository.loadJson('snapshots', id));
  } catch (error) {
    if (!(error instanceof MusterError) || error.retryable) throw error;
    return messageOf(error);
  }
}

interface Walk {
  readonly content: Content;
  readonly signal: AbortSignal;
  readonly whole: Map<Id, boolean>;
}

/** Looks at everything below even after a hole is found: what others can give has to be known in full. */
async function isWhole(walk: Walk, tree: Id): Promise<boolean> {
  const known = walk.whole.get(tree);
  if (known !== undefined) return known;
  walk.signal.throwIfAborted();
  const nodes = await nodesOrReason(walk.content, tree);
  let whole = typeof nodes !== 'string';
  for (const node of typeof nodes === 'string' ? [] : nodes) {
    if (!hasContent(walk.content, node)) whole = false;
    if (node.subtree !== undefined && !(await isWhole(walk, node.subtree))) whole = false;
  }
  walk.whole.set(tree, whole);
  return whole;
}

/** The reason when the folder is lost. */
export async function nodesOrReason(content: Content, tree: Id): Promise<readonly TreeNode[] | string> {
  try {
    if (!content.has('tree', tree)) return 'the folder is lost, with everything in it';
    return await loadTree(content, tree);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return `the folder is lost, with everything in it: ${messageOf(error)}`;
  }
}

export function hasContent(content: Content, { content: chunks = [] }: Pick<TreeNode, 'content'>): boolean {
  return chunks.map((id) => content.has('data', id)).every(Boolean);
}

async function lostBelow(walk: Walk, tree: Id, path: BytePath): Promise<readonly LostEntry[]> {
  if (await isWhole(walk, tree)) return [];
  const nodes = await nodesOrReason(walk.content, tree);
  if (typeof nodes === 'string') return [{ path: fromBytePath(path), detail: nodes }];
  const lost: LostEntry[] = [];
  for (const node of nodes) {
    const own = joinPath(path, node.name);
    if (!hasContent(walk.content, node)) lost.push({ path: fromBytePath(own), detail: detailOf(walk.content, node) });
    if (node.subtree !== undefined) for (const each of await lostBelow(walk, node.subtree, own)) lost.push(each);
  }
  return lost;
}

function detailOf(content: Content, { content: chunks = [] }: TreeNode): string {
  const missing = chunks.filter((id) => !content.has('data', id)).length;
  return `${missing} of its ${chunks.length} parts ${missing === 1 ? 'is' : 'are'} lost`;
}
