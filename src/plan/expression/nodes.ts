import type { ASTNode } from '@marcbachmann/cel-js';

/** The node and all below it. Arguments of a node are nodes, or lists that hold nodes. */
export function* nodes(node: ASTNode): Iterable<ASTNode> {
  yield node;
  yield* nodesIn(node.args);
}

function* nodesIn(value: unknown): Iterable<ASTNode> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (isNode(value)) yield* nodes(value);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
