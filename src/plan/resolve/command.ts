import type { Secret } from '../../base/secret.ts';
import type { Command } from '../model/runbook.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, itemsOf, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { secretOf } from './secret.ts';
import { templateOf, type Texts } from './texts.ts';
import { pathOf, textOf } from './values.ts';

/** A list of arguments, or a map of `command` or `shell` with `cwd` and `env`. */
export function commandOf(node: Node | undefined, scope: Scope, texts: Texts): Command {
  if (node?.kind === 'list') return { run: { argv: argumentsOf(node, scope, texts) }, cwd: undefined, env: {} };
  const shell = templateOf(child(node, 'shell'), scope, texts);
  return {
    run: shell === undefined ? { argv: argumentsOf(child(node, 'command'), scope, texts) } : { shell },
    cwd: pathOf(child(node, 'cwd'), scope),
    env: environmentOf(child(node, 'env'), scope, texts),
  };
}

function argumentsOf(node: Node | undefined, scope: Scope, texts: Texts): readonly string[] {
  const items = itemsOf(node);
  const [program] = items;
  if (program && textOf(program)?.trim() === '')
    scope.problems.error({
      code: 'bad-command',
      at: program,
      message: 'the program has no name',
      hint: 'Write its name or path.',
    });
  return items.map((item) => templateOf(item, scope, texts) ?? '');
}

export function environmentOf(
  node: Node | undefined,
  scope: Scope,
  texts: Texts,
): Readonly<Record<string, string | Secret>> {
  const variables: [string, string | Secret][] = [];
  for (const entry of entriesOf(node)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(entry.name)) {
      const message = `${quote(entry.name)} is not the name of an environment variable`;
      const hint = 'Use letters, digits and underscores; begin with a letter.';
      scope.problems.error({ code: 'bad-name', at: entry, message, hint });
    }
    const value = templateOf(entry.value, scope, texts) ?? secretOf(entry.value, scope);
    if (value !== undefined) variables.push([entry.name, value]);
  }
  return Object.fromEntries(variables);
}
