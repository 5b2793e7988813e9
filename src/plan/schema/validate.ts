import type { Problems } from '../problems.ts';
import type { ParsedFile } from '../read/build.ts';
import { explain } from './explain.ts';
import { validatePlan } from './validators.js';

/** Compares a file with the schemas: keys, types, words and ranges. What strings mean is left to the resolver. */
export function checkShape(file: ParsedFile, problems: Problems): void {
  if (validatePlan(file.root.value)) return;
  explain(file.root, validatePlan.errors ?? [], problems);
  validatePlan.errors = null;
}
