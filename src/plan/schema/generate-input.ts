import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A JSON Schema as the files of `schemas/` hold them. Used by the generators only: a plan is never read with these. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
}

const folder = join(import.meta.dirname, '../../../schemas');

/** By file name, in the order of the alphabet. */
export async function readSchemas(): Promise<ReadonlyMap<string, Schema>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.schema.json')).sort();
  const schemas = new Map<string, Schema>();
  for (const name of names) schemas.set(name, JSON.parse(await readFile(join(folder, name), 'utf8')) as Schema);
  return schemas;
}
