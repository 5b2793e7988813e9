import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import { spanFinder, type SpanFinder } from './inside.ts';
import type { ScalarNode, Span } from './node.ts';

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
  let finder: SpanFinder | undefined;
  node.value = authored.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (...match: [string, string?, string?, number?]) => {
    const [written, inside, close, offset = 0] = match;
    if (inside === undefined) return '${';
    const use = close === '}' ? parseUse(inside) : undefined;
    const value = use && valueOf(use, env);
    if (value !== undefined) return value;
    node.known = false;
    finder ??= spanFinder(node);
    const at = finder(offset, offset + written.length);
    if (use) reportMissing(use.name, at, { env, problems });
    else reportMisspelt(written, at, problems);
    return written;
  });
}

interface Use {
  readonly name: string;
  readonly fallback: string | undefined;
}

function parseUse(inside: string): Use | undefined {
  const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside);
  return parts?.[1] === undefined ? undefined : { name: parts[1], fallback: parts[2] };
}

function valueOf({ name, fallback }: Use, env: Environment): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined || value === '' ? (fallback ?? value) : value;
}

function reportMisspelt(written: string, at: Span, problems: Problems): void {
  const hint = 'Write `${NAME}` or `${NAME:-default}`, or `$${` for the characters themselves.';
  problems.error({ code: 'bad-variable', at, message: `${quote(written)} names no variable`, hint });
}

function reportMissing(
  name: string,
  at: Span,
  { env, problems }: { readonly env: Environment; readonly problems: Problems },
): void {
  const meant = problems.suggest(name, new Set(Object.keys(env)));
  problems.error({
    code: 'missing-variable',
    at,
    message: `the environment variable ${quote(name)} is not set`,
    hint: meant === undefined ? `Set it, or write \`\${${name}:-default}\`.` : `Did you mean ${quote(meant)}?`,
  });
}
