import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { readSchemas } from './generate-input.ts';

/*
 * Run by `npm run generate`: compiles `schemas/` into validators.js, so that nothing is compiled, and the compiler is
 * not even loaded, when a plan is read.
 */

const output = join(import.meta.dirname, 'validators.js');

type Json = Readonly<Record<string, unknown>>;

/** The text of validators.js. */
export async function generateValidators(): Promise<string> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
  });
  for (const [name, schema] of await readSchemas()) ajv.addSchema(strip(schema), name);
  const code = standalone.default(ajv, { validatePlan: 'plan.schema.json' });
  if (/\b(require\(|import )/.test(code)) throw new Error('the validators would need a library at run time');
  return `// Generated from schemas/ by \`npm run generate\`; do not edit.\n${code}\n`;
}

/** What only people and editors read, and the shapes of strings, which the resolver checks with better messages. */
const omitted = new Set(['$schema', 'title', 'description', 'examples', 'pattern', 'maxLength', 'propertyNames']);

function strip(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).flatMap(([key, item]) => strippedEntry(schema, key, item)));
}

function strippedEntry(schema: Json, key: string, item: unknown): [string, unknown][] {
  if (omitted.has(key)) return [];
  if (key !== 'properties' && key !== '$defs') return [[key, strippedValue(item)]];
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  // Below these two, keys are names and stay. An example of a required key goes into the hint when it is missing.
  const named = Object.entries(item as Readonly<Record<string, Json>>).map(([name, property]) => [
    name,
    required.includes(name) ? { ...strip(property), ...firstExample(property) } : strip(property),
  ]);
  return [[key, Object.fromEntries(named)]];
}

function strippedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strippedValue);
  return typeof value === 'object' && value !== null ? strip(value as Json) : value;
}

function firstExample(property: Json): Json {
  const examples = property['examples'];
  return Array.isArray(examples) ? { examples: examples.slice(0, 1) } : {};
}

if (import.meta.main) await writeFile(output, await generateValidators());
