import type { Param } from '../model/runbook.ts';
import type { Problem } from '../problems.ts';
import { quote } from '../quote.ts';
import { child, type Node } from '../read/node.ts';
import { wordOf } from './values.ts';

/** The type that the definition of a param states. */
export function paramTypeOf(definition: Node): Param['type'] {
  return wordOf(child(definition, 'type'), ['string', 'integer', 'number', 'boolean']) ?? 'string';
}

/** What is wrong with a value for a param. A template may give anything; it is judged when the step runs. */
export function valueFault(
  node: Node,
  param: { readonly name: string; readonly type: Param['type'] },
): Problem | undefined {
  const value = node.kind === 'scalar' && node.known ? node.value : null;
  if (value === null || fits(value, param.type)) return undefined;
  const wanted = { string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false' }[
    param.type
  ];
  const hint = param.type === 'string' ? 'Put it in quotes.' : `Write ${wanted}, without quotes.`;
  return { code: 'wrong-type', at: node, message: `the param ${quote(param.name)} must be ${wanted}`, hint };
}

function fits(value: string | number | boolean, type: Param['type']): boolean {
  if (typeof value === 'string' && value.includes('{{')) return true;
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return typeof value === type;
}
