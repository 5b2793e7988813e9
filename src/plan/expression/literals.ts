import type { ASTNode } from '@marcbachmann/cel-js';
import { closestName } from '../../base/closest-name.ts';
import { nodes } from './nodes.ts';
import type { ExpressionProblem } from './problem.ts';

/** Names that are known where an expression stands; undefined: any. */
export interface KnownNames {
  readonly params?: Iterable<string>;
  readonly steps?: Iterable<string>;
}

/** Values written out in an expression that the library would refuse only when it is evaluated. */
export function checkLiterals(ast: ASTNode): ExpressionProblem[] {
  return [...nodes(ast)].flatMap((node) => literalProblem(node) ?? []);
}

/** `params.x` and `steps.x` (or `steps["x"]`) whose name is not known. */
export function checkNames(ast: ASTNode, known: KnownNames): ExpressionProblem[] {
  const names = { params: known.params && [...known.params], steps: known.steps && [...known.steps] };
  return [...nodes(ast)].flatMap((node) => nameProblem(node, names) ?? []);
}

function literalProblem(node: ASTNode): ExpressionProblem | undefined {
  const call = calledWithText(node);
  if (call === undefined) return undefined;
  const { name, text, offset } = call;
  if (name === 'duration' && !/^[+-]?(\d+\.?\d*(h|ms|m|s|us|µs|ns))+$/.test(text))
    return problem(
      offset,
      `"${text}" is not a duration of an expression`,
      'Write hours, minutes and seconds: "36h", "1h30m", "90s".',
    );
  if (name === 'timestamp' && !(text.length >= 20 && text.length <= 30 && !Number.isNaN(Date.parse(text))))
    return problem(offset, `"${text}" is not an instant`, 'Write ISO 8601 with an offset: "2026-11-20T10:00:00Z".');
  if (name === 'matches' && !isPattern(text))
    return problem(offset, `"${text}" is not a regular expression`, undefined);
  return undefined;
}

function calledWithText(node: ASTNode): { name: string; text: string; offset: number } | undefined {
  if (node.op !== 'call' && node.op !== 'rcall') return undefined;
  const argument = (node.op === 'call' ? node.args[1] : node.args[2])[0];
  if (argument?.op !== 'value' || typeof argument.args !== 'string') return undefined;
  return { name: node.args[0], text: argument.args, offset: argument.start };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

interface NameLists {
  readonly params: readonly string[] | undefined;
  readonly steps: readonly string[] | undefined;
}

function nameProblem(node: ASTNode, known: NameLists): ExpressionProblem | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [owner, key] = node.args;
  if (owner.op !== 'id' || (owner.args !== 'params' && owner.args !== 'steps')) return undefined;
  const name =
    typeof key === 'string' ? key : key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
  const names = known[owner.args];
  if (name === undefined || names === undefined || names.includes(firstName(name))) return undefined;
  const meant = closestName(name, names);
  const what = owner.args === 'params' ? `there is no param \`${name}\`` : `there is no step \`${name}\``;
  return problem(node.start, what, meant === undefined ? undefined : `Did you mean \`${meant}\`?`);
}

function problem(offset: number, message: string, hint: string | undefined): ExpressionProblem {
  return { code: 'bad-expression', message, offset, ...(hint === undefined ? {} : { hint }) };
}

/** A step inside a group is named by its path: `recover/orders/restore`. */
function firstName(name: string): string {
  return name.split('/')[0] ?? name;
}
