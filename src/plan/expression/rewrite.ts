import type { ASTNode } from '@marcbachmann/cel-js';
import type { ParamValue } from '../model/runbook.ts';
import { environmentOf } from './environment.ts';
import { nodes } from './nodes.ts';

/*
 * A `when` is written among the steps and params of its own list. Once lists are put into each other, ids are longer
 * and params differ from step to step: these functions make an expression mean the same there.
 */

/** Ids of the steps that a `when` names. */
export function stepsIn(when: string): string[] {
  return [...nodes(parse(when))].flatMap((node) => keyBelow(node, 'steps') ?? []);
}

/** The `when` with every `steps.x` as `steps["…"]`, with the id that `rename` gives. */
export function renameSteps(when: string, rename: (id: string) => string): string {
  const edits = [...nodes(parse(when))].flatMap((node) => {
    const id = keyBelow(node, 'steps');
    return id === undefined ? [] : [{ node, text: `steps[${JSON.stringify(rename(id))}]` }];
  });
  return edited(when, edits);
}

/** The `when` with the values of its params bound to it. */
export function bindParams(when: string, params: Readonly<Record<string, ParamValue>>): string {
  const entries = Object.entries(params).map(([name, value]) => `${JSON.stringify(name)}: ${literal(value)}`);
  // A comment goes to the end of its line.
  const end = when.includes('//') ? '\n)' : ')';
  return `cel.bind(params, dyn({${entries.join(', ')}}), ${when}${end}`;
}

function parse(when: string): ASTNode {
  return environmentOf('when').environment.parse(when).ast;
}

/** `x` of `owner.x` and `owner["x"]`. */
function keyBelow(node: ASTNode, owner: string): string | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [from, key] = node.args;
  if (from.op !== 'id' || from.args !== owner) return undefined;
  if (typeof key === 'string') return key;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

interface Edit {
  readonly node: ASTNode;
  readonly text: string;
}

/** From the end to the front, so that offsets stay true. */
function edited(when: string, edits: readonly Edit[]): string {
  let text = when;
  for (const edit of edits.toSorted((a, b) => b.node.start - a.node.start))
    text = text.slice(0, edit.node.start) + edit.text + text.slice(edit.node.end);
  return text;
}

/** Whole numbers without a fraction are `int`, as they are when params come from outside. */
function literal(value: ParamValue): string {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return JSON.stringify(value);
  return `double(${JSON.stringify(String(value))})`;
}
