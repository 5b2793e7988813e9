import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import { spanInside } from './inside.ts';
import type { ScalarNode } from './node.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A text that may name variables, and the plain value that has to follow it. */
export interface VariableUse {
  readonly node: ScalarNode;
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

export function mayHoldVariables(text: string): boolean {
  return text.includes('${');
}

/** Puts environment values in the place of `${VAR}` and `${VAR:-default}`; `$${` stands for `${` itself. */
export function substitute(uses: readonly VariableUse[], env: Environment, problems: Problems): void {
  const done = new Set<ScalarNode>();
  for (const { node, container, key } of uses) {
    // An alias brings the same scalar again.
    if (!done.has(node)) replaceVariables(node, env, problems);
    done.add(node);
    // Lists are indexed by numbers, maps by names: both are plain objects here.
    (container as Record<string | number, unknown>)[key] = node.value;
  }
}

/** Replaces the variables of one text; problems are located inside it. */
export function replaceVariables(node: ScalarNode, env: Environment, problems: Problems): void {
  const authored = node.authored ?? '';
  node.value = authored.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (...match: [string, string?, string?, number?]) => {
    const [written, inside, close, offset = 0] = match;
    if (inside === undefined) return '${';
    const at = spanInside(node, offset, offset + written.length);
    const value = replacement({ written, inside, closed: close === '}', at }, env, problems);
    if (value === undefined) node.known = false;
    return value ?? written;
  });
}

interface Use {
  readonly written: string;
  readonly inside: string;
  readonly closed: boolean;
  readonly at: ReturnType<typeof spanInside>;
}

function replacement(use: Use, env: Environment, problems: Problems): string | undefined {
  const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(use.inside);
  const name = parts?.[1];
  if (!use.closed || name === undefined) {
    const hint = 'Write `${NAME}` or `${NAME:-default}`, or `$${` for the characters themselves.';
    problems.error({ code: 'bad-variable', at: use.at, message: `${quote(use.written)} names no variable`, hint });
    return undefined;
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const fallback = parts?.[2];
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  if (value !== undefined) return value;
  const meant = problems.suggest(name, Object.keys(env));
  problems.error({
    code: 'missing-variable',
    at: use.at,
    message: `the environment variable ${quote(name)} is not set`,
    hint: meant === undefined ? `Set it, or write \`\${${name}:-default}\`.` : `Did you mean ${quote(meant)}?`,
  });
  return undefined;
}
