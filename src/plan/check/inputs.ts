import type { Problem, Problems } from '../problems.ts';
import { oneOf, quote } from '../quote.ts';
import { child, entriesOf, type Entry, type Node } from '../read/node.ts';
import type { Scope } from '../resolve/scope.ts';
import { paramTypeOf, valueFault } from '../resolve/param-value.ts';

/** Compares the `with` of a step with the params of the action that it uses. */
export function checkInputs(step: Node, action: string, { sections, problems }: Scope): void {
  const definition = sections.actions.get(action);
  if (definition === undefined) return;
  const params = new Map([...entriesOf(child(definition.value, 'params'))].map((entry) => [entry.name, entry.value]));
  const given = new Set<string>();
  for (const entry of entriesOf(child(step, 'with'))) {
    given.add(entry.name);
    const param = params.get(entry.name);
    const fault = param
      ? valueFault(entry.value, { name: entry.name, type: paramTypeOf(param) })
      : unknownInput(entry, { action, params, problems });
    if (fault) problems.error(fault);
  }
  const missing = [...params].filter(([name, param]) => !given.has(name) && child(param, 'default') === undefined);
  const at = child(step, 'uses');
  if (missing.length > 0 && at)
    problems.error(
      missingInputs(
        at,
        action,
        missing.map(([name]) => name),
      ),
    );
}

interface ActionInputs {
  readonly action: string;
  readonly params: ReadonlyMap<string, Node>;
  readonly problems: Problems;
}

function unknownInput(entry: Entry, { action, params, problems }: ActionInputs): Problem {
  const names = [...params.keys()];
  const meant = problems.suggest(entry.name, params);
  const others = names.length === 0 ? 'it takes none' : `it takes ${oneOf(names.map(quote))}`;
  return {
    code: 'unknown-input',
    at: entry,
    message: `the action ${quote(action)} has no param ${quote(entry.name)}`,
    hint: meant === undefined ? `Remove it; ${others}.` : `Did you mean ${quote(meant)}?`,
  };
}

function missingInputs(at: Node, action: string, names: readonly string[]): Problem {
  const given = names.map((name) => `${name}: …`).join(', ');
  return {
    code: 'missing-input',
    at,
    message: `the action ${quote(action)} needs ${names.map(quote).join(', ')}`,
    hint: `Add \`with: { ${given} }\`.`,
  };
}
