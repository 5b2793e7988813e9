import type { Problem, Problems } from '../problems.ts';
import { oneOf, quote } from '../quote.ts';
import type { MapNode } from '../read/node.ts';
import { keyExplainers, unknownKeys } from './keys.ts';
import { locate, type Located } from './locate.ts';
import type { ExplainContext, Explainer, SchemaError } from './schema-error.ts';
import { explainType } from './wrong-type.ts';

/** Says in the words of the language what the validators found: one problem for each mistake. */
export function explain(root: MapNode, errors: readonly SchemaError[], problems: Problems): void {
  const told = errors.filter((error) => !isEcho(error));
  const unknown = unknownKeys(told);
  const typed = new Set<string>();
  for (const [index, error] of told.entries()) {
    if (problems.full) return problems.omit(told.length - index);
    const place = locate(root, error.instancePath);
    if (place.node.kind === 'scalar' && !place.node.known) continue;
    // A value of a wrong type breaks every branch; the first error is about them all.
    if (error.keyword === 'type' && typed.has(error.instancePath)) continue;
    if (error.keyword === 'type') typed.add(error.instancePath);
    const context = { problems, unknown: unknown.get(error.instancePath) ?? [] };
    const problem = explainers[error.keyword]?.(error, place, context);
    if (problem) problems.error(problem);
  }
}

/** Errors that only say that a branch did not fit; another error says what is wrong. */
function isEcho({ keyword, schemaPath }: SchemaError): boolean {
  return keyword === 'if' || /\/oneOf\/\d+\//.test(schemaPath);
}

const explainers: Readonly<Record<string, Explainer>> = {
  ...keyExplainers,
  type: explainType,
  enum: badWord,
  const: badConstant,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: tooFew,
  minProperties: tooFew,
  maxItems: tooMany,
};

function badWord({ schema, data }: SchemaError, place: Located, { problems }: ExplainContext): Problem {
  const words = (schema as unknown[]).map(String);
  const written = typeof data === 'string' ? data : '';
  const authored = place.node.kind === 'scalar' ? (place.node.authored ?? written) : written;
  const meant = problems.suggest(written, new Set(words));
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
  const label = quote(place.label);
  if (place.key !== 'keep')
    return {
      code: 'empty-value',
      at: place.head,
      message: `${label} is empty`,
      hint: 'Add an item, or remove the key.',
    };
  const hint = 'Add a rule: `keep: { last: 3, daily: 7 }`.';
  return { code: 'retention-keeps-nothing', at: place.head, message: `${label} keeps nothing`, hint };
}

function tooMany({ params }: SchemaError, place: Located): Problem {
  const message = `${quote(place.label)} has more than ${String(params['limit'])} items`;
  return { code: 'out-of-range', at: place.head, message, hint: 'Split it up.' };
}
