import { closestName } from '../../base/closest-name.ts';
import type { TemplateShape, TemplateVariables } from './place.ts';

/** What names mean at a point of a template. `each` and `with` open a scope of their own; `..` leads out of it. */
export interface Scope {
  /** What `this` is, and whose fields plain names are. */
  readonly self: TemplateShape;
  readonly outer: Scope | undefined;
  /** Names given by `as |name|`. */
  readonly named: ReadonlyMap<string, TemplateShape>;
  /** True inside `each`, where `@index` and its like exist. */
  readonly repeated: boolean;
}

export type Resolved =
  | { readonly kind: 'found'; readonly shape: TemplateShape }
  | { readonly kind: 'missing'; readonly message: string; readonly hint: string };

const text: TemplateShape = { kind: 'text' };
const loopNames: ReadonlySet<string> = new Set(['index', 'first', 'last', 'key']);

export function rootScope(fields: TemplateVariables): Scope {
  return { self: { kind: 'object', fields }, outer: undefined, named: new Map(), repeated: false };
}

/** Inside `each`: lists of a plan hold texts. */
export function elementScope(outer: Scope, names: readonly string[]): Scope {
  return { self: text, outer, named: new Map(names.map((name) => [name, text])), repeated: true };
}

/** Inside `with`. */
export function innerScope(outer: Scope, self: TemplateShape, names: readonly string[]): Scope {
  return { self, outer, named: new Map(names.map((name) => [name, self])), repeated: outer.repeated };
}

/** What a path leads to. `path` says how it was written: with `..`, `this` or `@`. */
export function resolve(
  parts: readonly string[],
  scope: Scope,
  path: { readonly data: boolean; readonly depth: number; readonly original: string } = plainPath(parts),
): Resolved {
  if (path.data) return resolveData(parts, scope, path.original);
  const named = path.depth === 0 ? namedShape(parts[0], scope) : undefined;
  if (named !== undefined) return descend(parts.slice(1), named, path.original);
  const base = outerScope(scope, path.depth);
  if (base === undefined) return missing(path.original, 'leads out of the template', 'Use fewer `../`.');
  const found = descend(parts, base.self, path.original);
  return found.kind === 'missing' && base.outer !== undefined ? outsideHint(found, parts, base) : found;
}

function plainPath(parts: readonly string[]): { data: boolean; depth: number; original: string } {
  return { data: false, depth: 0, original: parts.join('.') };
}

function resolveData(parts: readonly string[], scope: Scope, original: string): Resolved {
  const [name = '', ...rest] = parts;
  if (name === 'root') return descend(rest, outermost(scope).self, original);
  if (scope.repeated && rest.length === 0 && loopNames.has(name)) return { kind: 'found', shape: text };
  const hint = scope.repeated
    ? 'There are: @index, @first, @last, @key, @root.'
    : 'Outside of each there is only @root.';
  return missing(original, 'does not exist', hint);
}

function namedShape(name: string | undefined, scope: Scope): TemplateShape | undefined {
  if (name === undefined) return undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const shape = at.named.get(name);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

function outerScope(scope: Scope, depth: number): Scope | undefined {
  let at: Scope | undefined = scope;
  for (let level = 0; level < depth; level += 1) at = at?.outer;
  return at;
}

function outermost(scope: Scope): Scope {
  let at = scope;
  while (at.outer !== undefined) at = at.outer;
  return at;
}

function descend(parts: readonly string[], from: TemplateShape, original: string): Resolved {
  let shape = from;
  for (const part of parts) {
    if (shape.kind !== 'object') return missing(original, 'does not exist', 'A text has no parts.');
    const next: TemplateShape | undefined = Object.hasOwn(shape.fields, part) ? shape.fields[part] : undefined;
    if (next === undefined) return missing(original, 'does not exist here', namesHint(part, Object.keys(shape.fields)));
    shape = next;
  }
  return { kind: 'found', shape };
}

function namesHint(part: string, names: readonly string[]): string {
  const meant = closestName(part, names);
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return names.length === 0 ? 'Nothing is given here.' : `There are: ${names.join(', ')}.`;
}

/** A name that exists further out is not seen inside `each` and `with`. */
function outsideHint(found: Resolved, parts: readonly string[], base: Scope): Resolved {
  if (found.kind === 'found' || descend(parts, outermost(base).self, '').kind === 'missing') return found;
  return { ...found, hint: `Write \`@root.${parts.join('.')}\` here.` };
}

function missing(original: string, what: string, hint: string): Resolved {
  return { kind: 'missing', message: `\`${original}\` ${what}`, hint };
}
