import { isAlias, isMap, isScalar, isSeq, type Document, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { quote } from '../quote.ts';
import type { Problem, Problems } from '../problems.ts';
import { maxAliasValues } from './limits.ts';
import type { Entry, ListNode, MapNode, Node, Scalar, ScalarNode, Span } from './node.ts';
import type { SourceFile } from './source-file.ts';
import { mayHoldVariables, type VariableUse } from './substitute.ts';

/** A file as it was read; the variables are still to be replaced. */
export interface ParsedFile {
  readonly file: SourceFile;
  readonly root: MapNode;
  readonly variables: readonly VariableUse[];
}

/** Turns the library's document into a tree of our own, which checks keys and aliases on the way. */
export function buildTree(file: SourceFile, document: Document.Parsed, problems: Problems): ParsedFile | undefined {
  const variables: VariableUse[] = [];
  const builder = { file, problems, variables, anchors: new Map(), open: new Set<string>(), count: 0, aliasValues: 0 };
  const root = document.contents === null ? undefined : build(builder, document.contents);
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    problems.error({
      code: 'empty-file',
      at: { file, start: 0, end: 0 },
      message: 'the file is empty',
      hint: startHint,
    });
    return undefined;
  }
  if (root.kind === 'map') return { file, root, variables };
  const what = root.kind === 'list' ? 'a list' : 'a single value';
  const message = `a plan is a map of sections, and this file holds ${what}`;
  problems.error({ code: 'wrong-type', at: { file, start: root.start, end: root.end }, message, hint: startHint });
  return undefined;
}

const startHint = 'Begin with `muster: 1` and `name: …`.';

interface Builder {
  readonly file: SourceFile;
  readonly problems: Problems;
  readonly variables: VariableUse[];
  readonly anchors: Map<string, { node: Node | undefined; size: number }>;
  /** Names of anchors whose value is being built. */
  readonly open: Set<string>;
  /** Values so far, with those that aliases stand for. */
  count: number;
  aliasValues: number;
}

/** Depth is bounded before: see `readTokens`. */
function build(builder: Builder, node: unknown): Node {
  builder.count += 1;
  if (isScalar(node) && !node.anchor) return buildScalar(builder, node);
  if (isAlias(node)) return buildAlias(builder, node.source, spanOf(builder, node.range));
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor === undefined) return buildValue(builder, node);
  builder.open.add(anchor);
  const before = builder.count;
  const built = buildValue(builder, node);
  builder.open.delete(anchor);
  builder.anchors.set(anchor, { node: built, size: builder.count - before + 1 });
  return built;
}

function buildValue(builder: Builder, node: unknown): Node {
  if (isMap(node)) return buildMap(builder, node);
  if (isSeq(node)) return buildList(builder, node);
  return buildScalar(builder, node);
}

function buildScalar(builder: Builder, node: unknown): ScalarNode {
  const { file } = builder;
  if (!isScalar(node)) return emptyValue({ file, start: 0, end: 0 }, 'known');
  const [start, end] = node.range ?? [0, 0];
  // The core schema makes nothing else.
  const value = node.value as Scalar;
  const authored = typeof value === 'string' && mayHoldVariables(value) ? value : undefined;
  return { kind: 'scalar', file, start, end, value, authored, known: true };
}

function buildList(builder: Builder, node: YAMLSeq): ListNode {
  const items = node.items.map((item) => build(builder, item));
  const value: unknown[] = items.map((item) => item.value);
  for (const [index, item] of items.entries()) noteVariables(builder, item, value, index);
  return { kind: 'list', ...spanOf(builder, node.range), items, value };
}

function buildMap(builder: Builder, node: YAMLMap): MapNode {
  const entries = new Map<string, Entry>();
  const value: Record<string, unknown> = {};
  for (const pair of node.items) {
    const entry = buildEntry(builder, pair, entries);
    if (entry === undefined) continue;
    entries.set(entry.name, entry);
    value[entry.name] = entry.value.value;
    noteVariables(builder, entry.value, value, entry.name);
  }
  return { kind: 'map', ...spanOf(builder, node.range), entries, value };
}

function noteVariables(
  builder: Builder,
  node: Node,
  container: VariableUse['container'],
  key: VariableUse['key'],
): void {
  if (node.kind === 'scalar' && node.authored !== undefined) builder.variables.push({ node, container, key });
}

function buildEntry(builder: Builder, pair: Pair, known: ReadonlyMap<string, Entry>): Entry | undefined {
  const key = keyOf(pair.key);
  const at = spanOf(builder, rangeOf(pair.key));
  if (key === undefined) return refuse(builder, at, badKey);
  if (key === '<<') return refuse(builder, at, mergeKey);
  if (key === '__proto__') return refuse(builder, at, reservedName);
  const first = known.get(key);
  if (first) {
    const message = `the key ${quote(key)} stands twice in this map`;
    const related = [{ at: first, message: 'first here' }];
    builder.problems.error({ code: 'duplicate-key', at, message, hint: 'Keep one of them.', related });
    return undefined;
  }
  const value = pair.value === null ? emptyValue(at, 'known') : build(builder, pair.value);
  return { ...at, name: key, value };
}

type KeyFault = Pick<Problem, 'code' | 'message' | 'hint'>;

const badKey: KeyFault = {
  code: 'bad-key',
  message: 'a key must be plain text',
  hint: 'Write a name before the colon; put text that begins with a special character in quotes.',
};
const mergeKey: KeyFault = {
  code: 'merge-key',
  message: 'the merge key `<<` is not supported: definitions are never merged',
  hint: 'Write the keys out, or move them to a tier.',
};
const reservedName: KeyFault = {
  code: 'bad-name',
  message: '`__proto__` cannot be used as a name',
  hint: 'Choose another name.',
};

function refuse(builder: Builder, at: Span, fault: KeyFault): undefined {
  builder.problems.error({ ...fault, at });
}

/** Numbers and words such as `true` are keys by their text; maps, lists, aliases and nothing at all are none. */
function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.source === '' ? undefined : key.source;
}

function emptyValue({ file, end }: Span, knowledge: 'known' | 'unknown'): ScalarNode {
  const known = knowledge === 'known';
  return { kind: 'scalar', file, start: end, end, value: null, authored: undefined, known };
}

function buildAlias(builder: Builder, name: string, at: Span): Node {
  const anchor = builder.anchors.get(name);
  if (builder.open.has(name) || anchor?.node === undefined) {
    const message = builder.open.has(name)
      ? `the alias ${quote(`*${name}`)} stands inside what it names`
      : `there is no anchor ${quote(`&${name}`)} above this alias`;
    const hint = builder.open.has(name)
      ? 'Write the value out.'
      : 'Put the anchor above the alias, or write the value out.';
    builder.problems.error({ code: 'bad-alias', at, message, hint });
    return emptyValue(at, 'unknown');
  }
  builder.count += anchor.size;
  const before = builder.aliasValues;
  builder.aliasValues += anchor.size;
  if (builder.aliasValues <= maxAliasValues) return anchor.node;
  const message = `aliases stand for more than ${maxAliasValues.toLocaleString('en')} values from here on`;
  const hint = 'Write the values out.';
  if (before <= maxAliasValues) builder.problems.error({ code: 'too-many-aliases', at, message, hint });
  return emptyValue(at, 'unknown');
}

function spanOf(builder: Builder, range: readonly number[] | null | undefined): Span {
  return { file: builder.file, start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

function rangeOf(node: unknown): readonly number[] | null | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
}
