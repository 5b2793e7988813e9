import type { Id, Repository } from '../../repository.ts';
import { treeBytes } from '../../tree/write.ts';
import type { Content } from './content.ts';
import { nodeTexts } from './node-texts.ts';
import { hasContent, nodesOrReason } from './survey-snapshots.ts';

/**
 * Saves a tree without the files that have lost a part; a folder that is lost becomes an empty one. Undefined: the tree
 * itself is lost. `done` keeps what became of each tree.
 */
export async function mendTree(
  repository: Repository,
  content: Content,
  tree: Id,
  done: Map<Id, Id | undefined> = new Map(),
): Promise<Id | undefined> {
  if (done.has(tree)) return done.get(tree);
  const nodes = await nodesOrReason(content, tree);
  if (typeof nodes === 'string') return remember(done, tree, undefined);
  const texts = nodeTexts((await content.load('tree', tree)).toString('utf8'));
  const kept: string[] = [];
  for (const [at, node] of nodes.entries()) {
    if (!hasContent(content, node)) continue;
    const text = texts[at] ?? '';
    if (node.subtree === undefined) kept.push(text);
    else kept.push(withSubtree(text, node.subtree, await mendFolder(repository, content, node.subtree, done)));
  }
  const isWhole = kept.length === texts.length && kept.every((text, at) => text === texts[at]);
  return remember(done, tree, isWhole ? tree : (await repository.save('tree', treeBytes(kept))).id);
}

async function mendFolder(
  repository: Repository,
  content: Content,
  tree: Id,
  done: Map<Id, Id | undefined>,
): Promise<Id> {
  const mended = await mendTree(repository, content, tree, done);
  return mended ?? (await repository.save('tree', treeBytes([]))).id;
}

/** In the text of a name every quote is escaped, so this stands only where the field is. */
function withSubtree(text: string, old: Id, mended: Id): string {
  return text.replace(`"subtree":"${old}"`, `"subtree":"${mended}"`);
}

function remember(done: Map<Id, Id | undefined>, tree: Id, mended: Id | undefined): Id | undefined {
  done.set(tree, mended);
  return mended;
}
