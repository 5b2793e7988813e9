import type { Problems } from '../problems.ts';
import type { ParsedFile } from '../read/build.ts';
import { explain } from './explain.ts';
import { validatePlan } from './validators.js';

/** An error as the compiled validators give it; the schemas in it are without texts and patterns. */
export interface SchemaError {
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Value of the keyword. */
  readonly schema: unknown;
  readonly parentSchema: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

/** Compares a file with the schemas: keys, types, words and ranges. What strings mean is left to the resolver. */
export function checkShape(file: ParsedFile, problems: Problems): void {
  if (validatePlan(file.root.value)) return;
  explain(file.root, validatePlan.errors ?? [], problems);
  validatePlan.errors = null;
}
