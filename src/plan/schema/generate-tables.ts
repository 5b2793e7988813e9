import { stringify } from 'yaml';
import type { Schema } from './generate-input.ts';

type Schemas = ReadonlyMap<string, Schema>;

/**
 * Tables of the keys of a schema and of the maps inside it, each under the path that leads there. What has a chapter
 * of its own is only named.
 */
export function tablesOf(reference: string, path: string, schemas: Schemas): string {
  const found = lookUp({ $ref: reference }, { schemas, file: '' });
  if (!found) return '';
  return tables(found.schema, path, { schemas, file: found.file }).join('\n');
}

interface Context {
  readonly schemas: Schemas;
  /** File that references without one are relative to. */
  readonly file: string;
}

interface Found {
  readonly schema: Schema;
  readonly file: string;
}

function lookUp(schema: Schema, { schemas, file }: Context): Found | undefined {
  if (schema.$ref === undefined) return { schema, file };
  const [target = '', pointer] = schema.$ref.split('#');
  const name = target === '' ? file : target;
  const root = schemas.get(name);
  const definition = pointer === undefined ? root : root?.$defs?.[pointer.replace('/$defs/', '')];
  return definition && lookUp(definition, { schemas, file: name });
}

/** References to these are named, with a link, and not followed. */
const named: Readonly<Record<string, string>> = {
  'common.schema.json#/$defs/name': 'name',
  'common.schema.json#/$defs/duration': 'duration',
  'common.schema.json#/$defs/calendarDuration': 'duration, also `mo` and `y`',
  'common.schema.json#/$defs/size': 'size',
  'common.schema.json#/$defs/transferLimit': '[limit](#reference-shared-values)',
  'common.schema.json#/$defs/storagePrice': '[price](#reference-shared-values)',
  'common.schema.json#/$defs/rebalance': '[rebalance](#reference-shared-values)',
  'common.schema.json#/$defs/lifecycle': 'list of [steps](#reference-shared-values)',
  '#/$defs/share': 'percentage',
  '#/$defs/calendarDuration': 'duration, also `mo` and `y`',
  '#/$defs/rate': 'rate',
  '#/$defs/timeOfDay': 'time of day',
  'common.schema.json#/$defs/secret': '[secret](#reference-shared-values)',
  'common.schema.json#/$defs/secretOrText': 'text or [secret](#reference-shared-values)',
  'common.schema.json#/$defs/names': 'list of names',
  'common.schema.json#/$defs/arguments': 'list of text',
  '#/$defs/arguments': 'list of text',
  'common.schema.json#/$defs/command': 'list of text, or [command](#reference-shared-values)',
  'common.schema.json#/$defs/retry': '[retry](#reference-shared-values)',
  'common.schema.json#/$defs/objectives': '[objectives](#reference-shared-values)',
  'common.schema.json#/$defs/params': '[params](#reference-shared-values)',
  'common.schema.json#/$defs/value': 'text, number, or true or false',
  '#/$defs/value': 'text, number, or true or false',
  '#/$defs/duration': 'duration',
  '#/$defs/secretOrText': 'text or [secret](#reference-shared-values)',
  'common.schema.json#/$defs/values': 'map of values by name',
  'schedules.schema.json': '[schedules](#reference-schedules)',
  'steps.schema.json': '[steps](#reference-steps)',
};

function tables(schema: Schema, path: string, context: Context): string[] {
  if (schema.items) return followed(schema.items, path, context);
  if (schema.additionalProperties) return followed(schema.additionalProperties, path, context);
  const branches = (schema.allOf ?? []).flatMap((branch) => branchTables(branch, path, context));
  if (branches.length > 0) return branches;
  if (!schema.properties) return [];
  const rows = Object.entries(schema.properties).map(([key, property]) =>
    propertyRow(key, property, { owner: schema, context }),
  );
  const inside = Object.entries(schema.properties).flatMap(([key, property]) =>
    mapsIn(property, `${path}.${key}`, context),
  );
  return [
    `\n### \`${path}\`\n`,
    '| key | value | meaning | example |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...inside,
  ];
}

function followed(schema: Schema, path: string, context: Context): string[] {
  const found = lookUp(schema, context);
  return found ? tables(found.schema, path, { ...context, file: found.file }) : [];
}

function branchTables(branch: Schema, path: string, context: Context): string[] {
  const type = branch.if?.properties?.['type']?.const;
  return branch.then ? followed(branch.then, `${path}\` with \`type: ${String(type)}`, context) : [];
}

/** The maps that a property holds: its own, or those of its items, or the longer form of a union. */
function mapsIn(property: Schema, path: string, context: Context): string[] {
  if (property.$ref !== undefined && named[property.$ref] !== undefined) return [];
  const found = lookUp(property, context);
  if (!found) return [];
  const { schema, file } = found;
  const inner = { ...context, file };
  if (schema.then) return followed(schema.then, path, inner);
  if (schema.additionalProperties && named[schema.additionalProperties.$ref ?? ''] !== undefined) return [];
  return tables(schema, schema.items ? `${path}[]` : path, inner);
}

function propertyRow(
  key: string,
  property: Schema,
  { owner, context }: { readonly owner: Schema; readonly context: Context },
): string {
  const target = lookUp(property, context)?.schema;
  const needed = owner.required?.includes(key) === true ? '**Required.** ' : '';
  const cells = [`\`${key}\``, typeName(property, target), `${needed}${property.description ?? ''}`, example(property)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What a value is, in a few words. `target`: what its reference leads to. */
export function typeName(schema: Schema, target?: Schema): string {
  const name = named[schema.$ref ?? ''];
  if (name !== undefined) return name;
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', '')}\``;
  if (schema.items) return schema.items.type === 'string' ? 'list of text' : 'list of maps';
  if (schema.$ref !== undefined) return target && target.$ref === undefined ? typeName(target) : 'map';
  const types = [schema.type ?? []].flat().map((type) => typeNames[type] ?? type);
  return types.join(' or ');
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'map',
  array: 'list',
};

function example({ examples }: Schema): string {
  if (examples === undefined) return '';
  return `\`${stringify(examples[0], { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll('\n', ' ')}\``;
}
