import type { ASTNode, SourceRange } from '@marcbachmann/cel-js';
import { closestName } from '../../base/closest-name.ts';
import { environmentOf } from './environment.ts';
import { expressionVariables, type ExpressionPlace, type Variables, type VariableType } from './place.ts';

/** What is wrong with an expression. */
export interface ExpressionProblem {
  readonly code: 'bad-expression';
  /** One line. */
  readonly message: string;
  /** Where in the text, in UTF-16 units; undefined when it is about the whole. */
  readonly offset?: number;
  readonly hint?: string;
}

type Fault = Omit<ExpressionProblem, 'code'>;

/** What the library says of its errors besides the message. `node` is the part of the expression it is about. */
interface CelFault {
  readonly code: string;
  readonly summary: string;
  readonly range?: SourceRange;
  readonly node?: ASTNode & { readonly checkedType?: { readonly name: string } };
}

/** An error of the library in muster's words, with the name that was probably meant. */
export function faultOf(error: unknown, text: string, place: ExpressionPlace): Fault {
  if (!isCelFault(error)) return { message: 'it cannot be read' };
  const { message, hint } = wording(error, text, place);
  const offset = error.range === undefined ? {} : { offset: Math.min(error.range.start, text.length) };
  return { message, ...offset, ...(hint === undefined ? {} : { hint }) };
}

function isCelFault(error: unknown): error is Error & CelFault {
  return error instanceof Error && 'summary' in error && typeof error.summary === 'string' && 'code' in error;
}

function wording(fault: CelFault, text: string, place: ExpressionPlace): { message: string; hint?: string } {
  switch (fault.code) {
    case 'unknown_variable':
      return unknownVariable(fault, text, place);
    case 'no_such_key':
      return unknownField(fault, text, place);
    case 'no_matching_overload':
      return unknownFunction(fault, place);
    case 'no_such_overload':
      return wrongOperands(fault);
    case 'unexpected_character':
      return oneEqualsSign(fault, text);
    default:
      return { message: plainTypes(fault.summary) };
  }
}

function unknownVariable(fault: CelFault, text: string, place: ExpressionPlace): { message: string; hint: string } {
  const name = text.slice(fault.range?.start, fault.range?.end);
  const names = Object.keys(expressionVariables[place]);
  return { message: `there is no variable \`${name}\` here`, hint: suggestion(name, names, 'There are') };
}

function unknownField(fault: CelFault, text: string, place: ExpressionPlace): { message: string; hint?: string } {
  const key = fault.summary.replace(/^No such key: /, '');
  const { node } = fault;
  const owner = node?.op === '.' ? node.args[0] : undefined;
  const path = owner === undefined ? undefined : checkedTypeOf(owner);
  const fields = path === undefined ? undefined : fieldsOf(path, expressionVariables[place]);
  if (owner === undefined || fields === undefined) return { message: `there is no \`${key}\`` };
  return {
    message: `\`${text.slice(owner.start, owner.end)}\` has no \`${key}\``,
    hint: suggestion(key, Object.keys(fields), 'It has'),
  };
}

/** The type checker leaves the type of each part on it; the library's own types do not mention it. */
function checkedTypeOf(node: ASTNode): string | undefined {
  return (node as { readonly checkedType?: { readonly name: string } }).checkedType?.name;
}

/** The fields of the object type of a path (`event.error`, `steps[]`). */
function fieldsOf(path: string, variables: Variables): Variables | undefined {
  let fields: Variables | undefined = variables;
  let type: VariableType | undefined;
  for (const name of path.split('.')) {
    type = fields?.[name.replace('[]', '')];
    if (name.endsWith('[]') && type?.kind === 'map') type = type.of;
    fields = type?.kind === 'object' ? type.fields : undefined;
  }
  return fields;
}

function unknownFunction(fault: CelFault, place: ExpressionPlace): { message: string; hint?: string } {
  const { node } = fault;
  const name = node?.op === 'call' || node?.op === 'rcall' ? node.args[0] : '';
  const names = environmentOf(place)
    .environment.getDefinitions()
    .functions.map((known) => known.name);
  const call = /'(.*)'/.exec(plainTypes(fault.summary))?.[1] ?? name;
  if (names.includes(name)) return { message: `\`${name}\` cannot be used like this: \`${call}\`` };
  return { message: `there is no function \`${name}\``, hint: suggestion(name, names, undefined) };
}

function wrongOperands(fault: CelFault): { message: string; hint?: string } {
  const types = /^no such overload: (\S+) (\S+) (.+)$/.exec(plainTypes(fault.summary));
  if (types === null) return { message: plainTypes(fault.summary) };
  const [, left = '', operator = '', right = ''] = types;
  return { message: `\`${operator}\` does not go with ${left} and ${right}`, hint: conversion(left, right) };
}

function conversion(left: string, right: string): string {
  if (left === 'string' || right === 'string') return 'Convert one side: `int(…)`, `double(…)` or `string(…)`.';
  return 'Compare like with like.';
}

function oneEqualsSign(fault: CelFault, text: string): { message: string; hint?: string } {
  const offset = fault.range?.start ?? 0;
  if (text[offset] !== '=') return { message: plainTypes(fault.summary) };
  return { message: 'a single `=` is no operator', hint: 'Write `==` to compare.' };
}

function suggestion(name: string, names: readonly string[], list: string | undefined): string {
  const meant = closestName(name, names);
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return list === undefined ? 'See the documentation of expressions.' : `${list}: ${names.join(', ')}.`;
}

/** The library names some types by their full name in Protocol Buffers, and starts with a capital letter. */
function plainTypes(summary: string): string {
  const plain = summary
    .replaceAll('google.protobuf.Timestamp', 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll('EOF', 'the end of the expression')
    .replaceAll(/\s+/g, ' ');
  return `${plain.slice(0, 1).toLowerCase()}${plain.slice(1)}`;
}
