import { closestName } from '../../base/closest-name.ts';
import type { Problem } from '../problems.ts';
import { allOf, oneOf, quote } from '../quote.ts';
import type { Located } from './locate.ts';
import type { ExplainContext, Explainer, SchemaError } from './schema-error.ts';
import { isSecret } from './wrong-type.ts';

/** Keys that are unknown, missing, too many, or in the wrong place. */
export const keyExplainers: Readonly<Record<string, Explainer>> = {
  additionalProperties: unknownKey,
  required: missingKey,
  oneOf: oneKeyOf,
  dependentRequired: misplacedKey,
};

/** Unknown keys by pointer to their map. */
export function unknownKeys(errors: readonly SchemaError[]): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const known = keys.get(instancePath) ?? [];
    known.push(String(params['additionalProperty']));
    keys.set(instancePath, known);
  }
  return keys;
}

function unknownKey({ params, parentSchema }: SchemaError, place: Located, { problems }: ExplainContext): Problem {
  const key = String(params['additionalProperty']);
  const known = keysOf(parentSchema);
  const meant = problems.suggest(key, new Set(known));
  const entry = place.node.kind === 'map' ? place.node.entries.get(key) : undefined;
  const root = place.label === '';
  const list = `Remove it; the ${root ? 'sections' : 'keys here'} are ${allOf(known.map(quote))}.`;
  return {
    code: 'unknown-key',
    at: entry ?? place.head,
    ...(entry && isSecret(parentSchema) ? { secret: entry.value } : {}),
    message: root
      ? `there is no section ${quote(key)}`
      : `${quote(place.label)}${typeOf(parentSchema)} has no key ${quote(key)}`,
    hint: elsewhere[key] ?? (meant === undefined ? list : `Did you mean ${quote(meant)}?`),
  };
}

/** Of keys that people look for where they can't be. */
const elsewhere: Readonly<Record<string, string>> = {
  immutable:
    'Remove it; only storage targets of the type `s3` can lock what they hold. See what protects others with `muster storage check --tamper`.',
};

/** Where the type decides which keys there are, the key may be one of another. */
function typeOf(schema: SchemaError['parentSchema']): string {
  const { type } = (schema['properties'] ?? {}) as Readonly<Record<string, { readonly const?: unknown }>>;
  return typeof type?.const === 'string' ? ` of the type ${quote(type.const)}` : '';
}

function keysOf(schema: SchemaError['parentSchema']): string[] {
  return Object.keys(schema['properties'] ?? {});
}

function missingKey(
  { params, parentSchema }: SchemaError,
  place: Located,
  { unknown }: ExplainContext,
): Problem | undefined {
  const key = String(params['missingProperty']);
  if (isMisspelt(key, unknown)) return undefined;
  return {
    code: 'missing-key',
    at: place.head,
    message: `${quote(place.label)} lacks the key ${quote(key)}`,
    hint: `Add ${quote(`${key}: ${exampleOf(parentSchema, key)}`)}.`,
  };
}

function isMisspelt(key: string, unknown: readonly string[]): boolean {
  return unknown.some((written) => closestName(written.slice(0, 100), [key]) !== undefined);
}

function exampleOf(schema: SchemaError['parentSchema'], key: string): string {
  const properties = schema['properties'] as Readonly<Record<string, { examples?: unknown[] }>>;
  const example = properties[key]?.examples?.[0];
  const text = typeof example === 'string' ? example : flow(example);
  return example === undefined || text.length > 50 ? '…' : text;
}

/** Flow style as people write it: JSON with fewer quotes. */
function flow(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text
    .replaceAll(/"([\w./-]+)"/g, '$1')
    .replaceAll(/([:,])/g, '$1 ')
    .replaceAll(/\{(.*)\}/g, '{ $1 }');
}

/** Exactly one of several keys: the schema says it as `oneOf` with a `required` each. */
function oneKeyOf(
  { schema, parentSchema }: SchemaError,
  place: Located,
  { unknown }: ExplainContext,
): Problem | undefined {
  const { node, head } = place;
  if (node.kind !== 'map') return undefined;
  const keys = (schema as { readonly required: readonly string[] }[]).flatMap(({ required }) => required);
  const given = keys.filter((key) => node.entries.has(key));
  const words = keysOf(parentSchema).includes('wait') ? stepWords : mapWords;
  const label = quote(place.label);
  if (given.length > 1) {
    const message = `${label} has ${allOf(given.map(quote))}, but ${words.rule}`;
    return { code: words.several, at: node.entries.get(given[1] ?? '') ?? head, message, hint: words.hint };
  }
  // What was meant for one of them has its own problem, which names them all.
  if (unknown.length > 0) return undefined;
  const choice = oneOf(keys.map(quote));
  const message = words === stepWords ? `${label} does nothing` : `${label} lacks ${choice}`;
  return { code: words.none, at: head, message, hint: `Add ${choice}.` };
}

const stepWords = {
  several: 'step-with-several-actions',
  rule: 'a step does one thing',
  hint: 'Make it several steps.',
  none: 'step-without-action',
} as const;

const mapWords = {
  several: 'conflicting-keys',
  rule: 'it can have only one of them',
  hint: 'Keep one of them.',
  none: 'missing-key',
} as const;

function misplacedKey({ params }: SchemaError, place: Located, { unknown }: ExplainContext): Problem | undefined {
  const key = String(params['property']);
  const owner = String(params['missingProperty']);
  if (isMisspelt(owner, unknown)) return undefined;
  return {
    code: 'misplaced-key',
    at: (place.node.kind === 'map' ? place.node.entries.get(key) : undefined) ?? place.head,
    message: `${quote(key)} goes with ${quote(owner)}, which ${quote(place.label)} does not have`,
    hint: `Remove it, or add ${quote(owner)}.`,
  };
}
