import type { Param, ParamValue } from '../model/runbook.ts';
import { checkName } from '../check/names.ts';
import { child, entriesOf, type Entry, type Node } from '../read/node.ts';
import { paramTypeOf, valueFault } from './param-value.ts';
import type { Scope } from './scope.ts';
import { textOf } from './values.ts';

/** The inputs of a runbook or action. */
export function paramsOf(node: Node | undefined, scope: Scope): ReadonlyMap<string, Param> {
  const params = new Map<string, Param>();
  for (const entry of entriesOf(node)) {
    checkName(entry, scope.problems);
    params.set(entry.name, paramOf(entry, scope));
  }
  return params;
}

function paramOf({ name, value }: Entry, scope: Scope): Param {
  const type = paramTypeOf(value);
  const node = child(value, 'default');
  const fault = node && valueFault(node, { name, type });
  if (fault) scope.problems.error(fault);
  return { type, description: textOf(child(value, 'description')), default: valueOf(node) };
}

function valueOf(node: Node | undefined): ParamValue | undefined {
  return node?.kind === 'scalar' && node.known && node.value !== null ? node.value : undefined;
}
