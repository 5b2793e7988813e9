import type { SchemaError } from './schema-error.ts';

export interface Validator {
  (data: unknown): boolean;
  /** What the last call found. */
  errors: SchemaError[] | null;
}

export const validatePlan: Validator;
