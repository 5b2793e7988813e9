import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCalendarDuration, parseDuration } from '../../../src/base/duration.ts';
import { parseSize } from '../../../src/base/size.ts';
import { isName } from '../../../src/plan/check/names.ts';
import { sectionNames } from '../../../src/plan/read/merge.ts';
import { readSchemas, type Schema } from '../../../src/plan/schema/generate-input.ts';

const schemas = await readSchemas();
const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  inlineRefs: false,
});
for (const [name, schema] of schemas) ajv.addSchema({ $id: `plan:/${name}`, ...schema });

/** Every schema of a key or named definition, with a pointer that ajv can follow. */
const keys = [...schemas].flatMap(([name, schema]) => keysIn(schema, `${name}#`));

function keysIn(schema: Schema, pointer: string): { readonly pointer: string; readonly schema: Schema }[] {
  const named = Object.entries(schema.properties ?? {}).map(
    ([key, property]) => [`${pointer}/properties/${key.replaceAll('/', '~1')}`, property] as const,
  );
  const values = schema.additionalProperties
    ? [[`${pointer}/additionalProperties`, schema.additionalProperties] as const]
    : [];
  const own = [...named, ...values].map(([at, property]) => ({ pointer: at, schema: property }));
  const inner = Object.entries(schema.$defs ?? {}).flatMap(([key, definition]) =>
    keysIn(definition, `${pointer}/$defs/${key}`),
  );
  return [...own, ...own.flatMap(({ schema: property, pointer: at }) => keysIn(property, at)), ...inner];
}

describe('the schemas', () => {
  test('have many keys', () => {
    expect(keys.length).toBeGreaterThan(120);
  });

  test.for(keys)('$pointer has a description and examples', ({ schema }) => {
    expect(schema.description).toMatch(/^[^\n]+\.$/);
    expect(schema.examples?.length).toBeGreaterThan(0);
  });

  test.for(keys)('$pointer accepts its examples', ({ pointer, schema }) => {
    const validate = ajv.compile({ $ref: `plan:/${pointer}` });
    for (const example of schema.examples ?? []) {
      validate(example);
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  test('refuse unknown keys in every map', () => {
    const open = [...schemas].flatMap(([name, schema]) => openMaps(schema, name));
    // Their branches refuse them.
    expect(open).toEqual(['channels.schema.json/channel', 'storage.schema.json/target', 'systems.schema.json/source']);
  });

  test('have the sections that are merged', () => {
    const sections = Object.keys(schemas.get('plan.schema.json')?.properties ?? {});
    expect(sections.toSorted()).toEqual(
      ['extends', 'muster', 'name', 'routes', 'timezone', ...sectionNames].toSorted(),
    );
  });
});

function openMaps(schema: Schema, path: string): string[] {
  const here = schema.properties && schema.additionalProperties === undefined ? [path] : [];
  return [...here, ...Object.entries(schema.$defs ?? {}).flatMap(([key, inner]) => openMaps(inner, `${path}/${key}`))];
}

describe('a pattern of the schemas is what the loader takes', () => {
  const common = schemas.get('common.schema.json')?.$defs ?? {};
  const cases: readonly [name: string, sound: (text: string) => boolean, alphabet: string][] = [
    ['duration', (text) => parseDuration(text) !== undefined, '019smhdwy o'],
    ['calendarDuration', (text) => parseCalendarDuration(text) !== undefined, '019smhdwoy '],
    ['size', (text) => parseSize(text) !== undefined, '019.KMiB '],
    ['name', isName, 'az09-_A'],
  ];
  test.for(cases)('%s', ([name, sound, alphabet]) => {
    const pattern = new RegExp(String(common[name]?.['pattern']), 'u');
    const text = fc.string({ unit: fc.constantFrom(...alphabet.split('')), maxLength: 8 });
    const property = fc.property(text, (written) => {
      expect(sound(written)).toBe(pattern.test(written));
    });
    expect(fc.check(property, { numRuns: 2000 }).failed).toBe(false);
  });
});
