import { closestName } from '../../base/closest-name.ts';
import type { Problem, Problems } from '../problems.ts';
import { allOf, oneOf, quote } from '../quote.ts';
import type { MapNode } from '../read/node.ts';
import { locate, type Located } from './locate.ts';
import type { SchemaError } from './validate.ts';
import { explainType } from './wrong-type.ts';

/** Says in the words of the language what the validators found: one problem for each mistake. */
export function explain(root: MapNode, errors: readonly SchemaError[], problems: Problems): void {
  const told = errors.filter((error) => !isEcho(error));
  const mistaken = unknownKeys(told);
  const typed = new Set<string>();
  for (const [index, error] of told.entries()) {
    if (problems.full) return problems.omit(told.length - index);
    const place = locate(root, error.instancePath);
    if (place.node.kind === 'scalar' && !place.node.known) continue;
    // A value of a wrong type breaks every branch; the first error is about them all.
    if (error.keyword === 'type' && typed.has(error.instancePath)) continue;
    if (error.keyword === 'type') typed.add(error.instancePath);
    const problem = explainers[error.keyword]?.(error, place, {
      problems,
      unknown: mistaken.get(error.instancePath) ?? [],
    });
    if (problem) problems.error(problem);
  }
}

/** Errors that only say that a branch did not fit; another error says what is wrong. */
function isEcho({ keyword, schemaPath }: SchemaError): boolean {
  return keyword === 'if' || /\/oneOf\/\d+\//.test(schemaPath);
}

/** Unknown keys by pointer to their map: a key that is missing may be there, misspelt. */
function unknownKeys(errors: readonly SchemaError[]): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const known = keys.get(instancePath) ?? [];
    known.push(String(params['additionalProperty']));
    keys.set(instancePath, known);
  }
  return keys;
}

type Explainer = (error: SchemaError, place: Located, context: Context) => Problem | undefined;

interface Context {
  readonly problems: Problems;
  /** Keys of the same map that the schema does not know. */
  readonly unknown: readonly string[];
}

const explainers: Readonly<Record<string, Explainer>> = {
  type: explainType,
  additionalProperties: unknownKey,
  required: missingKey,
  oneOf: oneKeyOf,
  dependentRequired: misplacedKey,
  enum: badWord,
  const: badConstant,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: tooFew,
  minProperties: tooFew,
  maxItems: tooMany,
};

function unknownKey({ params, parentSchema }: SchemaError, place: Located, { problems }: Context): Problem {
  const key = String(params['additionalProperty']);
  const known = keysOf(parentSchema);
  const meant = problems.suggest(key, known);
  const entry = place.node.kind === 'map' ? place.node.entries.get(key) : undefined;
  return {
    code: 'unknown-key',
    at: entry ?? place.head,
    message:
      place.label === '' ? `there is no section ${quote(key)}` : `${quote(place.label)} has no key ${quote(key)}`,
    hint:
      meant === undefined
        ? `Remove it; the keys here are ${allOf(known.map(quote))}.`
        : `Did you mean ${quote(meant)}?`,
  };
}

function keysOf(schema: SchemaError['parentSchema']): string[] {
  return Object.keys(schema['properties'] ?? {});
}

function missingKey({ params, parentSchema }: SchemaError, place: Located, { unknown }: Context): Problem | undefined {
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
  { schema, parentSchema, data }: SchemaError,
  place: Located,
  { unknown }: Context,
): Problem | undefined {
  const keys = (schema as { readonly required: readonly string[] }[]).flatMap(({ required }) => required);
  const given = keys.filter((key) => Object.hasOwn(data as object, key));
  const step = keysOf(parentSchema).includes('wait');
  const label = quote(place.label);
  if (given.length > 1) {
    const entry = place.node.kind === 'map' ? place.node.entries.get(given[1] ?? '') : undefined;
    const message = `${label} has ${allOf(given.map(quote))}, but ${step ? 'a step does one thing' : 'only one of them goes'}`;
    const hint = step ? 'Make it several steps.' : 'Keep one of them.';
    return { code: step ? 'step-with-several-actions' : 'conflicting-keys', at: entry ?? place.head, message, hint };
  }
  if (keys.some((key) => isMisspelt(key, unknown))) return undefined;
  const message = step ? `${label} does nothing` : `${label} lacks a key that says what it is`;
  return {
    code: step ? 'step-without-action' : 'missing-key',
    at: place.head,
    message,
    hint: `Add ${oneOf(keys.map(quote))}.`,
  };
}

function misplacedKey({ params }: SchemaError, place: Located, { unknown }: Context): Problem | undefined {
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

function badWord({ schema, data }: SchemaError, place: Located, { problems }: Context): Problem {
  const words = (schema as unknown[]).map(String);
  const written = typeof data === 'string' ? data : '';
  const authored = place.node.kind === 'scalar' ? (place.node.authored ?? written) : written;
  const meant = problems.suggest(written, words);
  return {
    code: 'bad-value',
    at: place.node,
    message: `${quote(place.label)} must be ${oneOf(words.map(quote))}${authored === '' ? '' : `, not ${quote(authored)}`}`,
    hint: meant === undefined ? `Choose ${oneOf(words.map(quote))}.` : `Did you mean ${quote(meant)}?`,
  };
}

function badConstant({ schema }: SchemaError, place: Located): Problem {
  if (place.label === 'muster') {
    const message = 'this muster understands version 1 of the plan language only';
    return { code: 'unsupported-version', at: place.node, message, hint: 'Write `muster: 1`.' };
  }
  const message = `${quote(place.label)} must be a list of names or ${quote(String(schema))}`;
  return { code: 'bad-value', at: place.node, message, hint: 'Write the name in brackets.' };
}

function outOfRange({ keyword, params }: SchemaError, place: Located): Problem {
  const limit = String(params['limit']);
  const side = keyword === 'minimum' ? 'at least' : 'at most';
  const hint = `Write a number that is ${side} ${limit}.`;
  return { code: 'out-of-range', at: place.node, message: `${quote(place.label)} must be ${side} ${limit}`, hint };
}

function tooFew(_: SchemaError, place: Located): Problem {
  if (place.key === 'keep') {
    const message = `${quote(place.label)} keeps nothing`;
    return {
      code: 'retention-keeps-nothing',
      at: place.head,
      message,
      hint: 'Add a rule: `keep: { last: 3, daily: 7 }`.',
    };
  }
  return {
    code: 'empty-value',
    at: place.head,
    message: `${quote(place.label)} is empty`,
    hint: 'Add an item, or remove the key.',
  };
}

function tooMany({ params }: SchemaError, place: Located): Problem {
  const message = `${quote(place.label)} has more than ${String(params['limit'])} items`;
  return { code: 'out-of-range', at: place.head, message, hint: 'Split it up.' };
}
