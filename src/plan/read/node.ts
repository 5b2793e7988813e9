import type { Span } from './source-file.ts';

export type { Span } from './source-file.ts';

/*
 * A YAML file as a tree of values that know where they stand. An alias is the very node of its anchor, so a tree may
 * share nodes, but never holds itself.
 */

export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  /** Text with `${VAR}` already replaced. */
  value: Scalar;
  /** What was written, when `value` is no longer that. */
  authored: string | undefined;
  /** False: there is no telling, and a problem says so. Nobody should complain about the value a second time. */
  known: boolean;
}

export type Scalar = string | number | boolean | null;

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly Node[];
  /** The same as plain values. */
  readonly value: unknown[];
}

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  /** The same as plain values. */
  readonly value: Record<string, unknown>;
}

/** A key of a map, which the span is about, and its value. */
export interface Entry extends Span {
  readonly name: string;
  readonly value: Node;
}

export function child(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The entries of a map; none when it is something else. */
export function entriesOf(node: Node | undefined): Iterable<Entry> {
  return node?.kind === 'map' ? node.entries.values() : [];
}

/** The items of a list; none when it is something else. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}
