import type { BytePath } from '../../base/capture.ts';
import type { Id, Repository } from '../repository.ts';
import { jsonText } from '../tree/json-text.ts';
import { isDamage } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import { parseTree } from '../tree/parse.ts';
import { quoteName } from '../tree/quote.ts';

/** An entry as the parent snapshot has it. */
export interface PreviousEntry {
  /** Its JSON, as it stands there; undefined where that could not be told from its surroundings. */
  readonly text: string | undefined;
  /** Undefined when it is damaged. */
  readonly node: () => TreeNode | undefined;
}

/** A folder as the parent snapshot has it. */
export interface PreviousFolder {
  readonly entry: (name: BytePath) => PreviousEntry | undefined;
  /** Its tree, if these are its nodes, letter for letter. */
  readonly treeOf: (nodes: readonly (string | undefined)[]) => Id | undefined;
}

const nothing: PreviousFolder = { entry: () => undefined, treeOf: () => undefined };

/** A parent that is damaged only means that everything is read again. */
export async function previousFolder(repository: Repository, tree: Id | undefined): Promise<PreviousFolder> {
  if (tree === undefined) return nothing;
  const bytes = await unlessDamaged(() => repository.load('tree', tree));
  if (bytes === undefined) return nothing;
  const texts = textsIn(bytes.toString('utf8'));
  if (texts === undefined) return parsed(bytes, tree);
  const entry: PreviousFolder['entry'] = (name) => {
    const text = texts.get(jsonText(quoteName(name)));
    return text === undefined ? undefined : { text, node: () => parseOne(text, tree) };
  };
  return { entry, treeOf: (nodes) => (areThese(texts, nodes) ? tree : undefined) };
}

function areThese(texts: ReadonlyMap<string, string>, nodes: readonly (string | undefined)[]): boolean {
  if (texts.size !== nodes.length) return false;
  let at = 0;
  for (const text of texts.values()) {
    if (text !== nodes[at]) return false;
    at += 1;
  }
  return true;
}

async function unlessDamaged<T>(load: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

const head = '{"nodes":[';
const tail = ']}\n';
const border = '},{"name":';
const start = '{"name":';

/**
 * The JSON of each node by its name, as it is written there. A quote within a text has a backslash before it, so what
 * looks like the border of two nodes is one; but for the lists of extended attributes: then it is undefined.
 */
function textsIn(text: string): ReadonlyMap<string, string> | undefined {
  if (!text.startsWith(head + start) || !text.endsWith(`}${tail}`)) return undefined;
  if (text.includes('"extended_attributes":')) return undefined;
  const texts = new Map<string, string>();
  for (const part of text.slice(head.length + start.length, -tail.length - 1).split(border)) {
    const end = part.indexOf('","type":');
    if (end === -1) return undefined;
    const name = part.slice(0, end + 1);
    if (texts.has(name)) return undefined;
    texts.set(name, `${start}${part}}`);
  }
  return texts;
}

function parseOne(text: string, tree: Id): TreeNode | undefined {
  try {
    return parseTree(Buffer.from(head + text + tail), tree)[0];
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

async function parsed(bytes: Buffer, tree: Id): Promise<PreviousFolder> {
  const nodes = await unlessDamaged(() => parseTree(bytes, tree));
  const byName = new Map(nodes?.map((node) => [node.name, node]));
  const entry: PreviousFolder['entry'] = (name) => {
    const node = byName.get(name);
    return node && { text: undefined, node: () => node };
  };
  return { entry, treeOf: () => undefined };
}
