import type { Problem } from '../problems.ts';
import { oneOf, quote } from '../quote.ts';
import type { Located } from './locate.ts';
import type { SchemaError } from './schema-error.ts';

/** Never shows the value: it may be a secret in the wrong place. */
export function explainType({ schema, schemaPath, parentSchema, data }: SchemaError, place: Located): Problem {
  if (isSecret(parentSchema) && isPlain(data)) return plainTextSecret(place);
  const wanted = [schema].flat().map(String);
  const form = forms.find(({ ending }) => schemaPath.endsWith(ending));
  if (form && data !== null && isPlain(data))
    return { code: form.code, at: place.node, message: `${quote(place.label)} must be ${form.name}`, hint: form.hint };
  return {
    code: 'wrong-type',
    at: data === null ? place.head : place.node,
    message: messageOf(wanted, data, place.label),
    hint: hintFor(wanted, data, place.key),
  };
}

export function isSecret(schema: SchemaError['parentSchema']): boolean {
  const properties = schema['properties'];
  return typeof properties === 'object' && properties !== null && 'env' in properties && 'file' in properties;
}

function isPlain(data: unknown): boolean {
  return typeof data !== 'object';
}

export function plainTextSecret(place: { readonly node: Located['node']; readonly label: string }): Problem {
  return {
    code: 'plain-text-secret',
    at: place.node,
    secret: place.node,
    message: `${quote(place.label)} holds a secret in plain text`,
    hint: 'Keep it elsewhere and write `{ env: NAME }`, `{ file: /path }` or `{ command: [program] }`; change the secret if the plan was shared.',
  };
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** Texts of a certain form, which are easily written as numbers. */
const forms = [
  {
    ending: '/duration/type',
    code: 'bad-duration',
    name: 'a duration',
    hint: 'Add a unit, `s`, `m`, `h`, `d` or `w`: `90s`, `15m`.',
  },
  {
    ending: '/calendarDuration/type',
    code: 'bad-duration',
    name: 'a duration',
    hint: 'Add a unit, `h`, `d`, `w`, `mo` or `y`: `30d`, `3mo`.',
  },
  {
    ending: '/size/type',
    code: 'bad-size',
    name: 'a size',
    hint: 'Add a unit, `B`, `KiB`, `MiB`, `GiB` or `TiB`: `10GiB`.',
  },
  {
    ending: '/rate/type',
    code: 'bad-size',
    name: 'a rate',
    hint: 'Add a unit: `500KiB/s`, `50MiB/s`.',
  },
  {
    ending: '/share/type',
    code: 'bad-share',
    name: 'a share',
    hint: 'Add the sign: `80%`.',
  },
  {
    ending: '/timeOfDay/type',
    code: 'bad-time',
    name: 'a time of day',
    hint: 'Write hours and minutes in quotes: `"08:00"`.',
  },
] as const;

function messageOf(wanted: readonly string[], data: unknown, label: string): string {
  const expected = oneOf(wanted.map((type) => typeNames[type] ?? type));
  if (data === null) return `${quote(label)} has no value; it must be ${expected}`;
  if (typeof data === 'number' && wanted.includes('integer'))
    return `${quote(label)} must be ${expected}, without a fraction`;
  return `${quote(label)} must be ${expected}, but it is ${typeNames[typeOf(data)] ?? 'something else'}`;
}

function typeOf(data: unknown): string {
  return Array.isArray(data) ? 'array' : typeof data;
}

function hintFor(wanted: readonly string[], data: unknown, key: string): string {
  if (data === null) return 'Give it a value, or remove the key.';
  if (wanted.includes('string') && typeof data !== 'object') return 'Put it in quotes.';
  if (wanted.includes('array') && !Array.isArray(data)) return `Write a list: \`${key}: [ … ]\`.`;
  if (wanted.includes('object')) return `Write a map: \`${key}: { … }\`.`;
  if (wanted.includes('boolean')) return 'Write `true` or `false`, without quotes.';
  if (wanted.includes('string')) return 'Write a single text.';
  if (typeof data === 'number') return 'Write a whole number.';
  return 'Write digits, without quotes.';
}
