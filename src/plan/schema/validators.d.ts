import type { SchemaError } from './validate.ts';

export interface Validator {
  (data: unknown): boolean;
  /** What the last call found. */
  errors: SchemaError[] | null;
}

export const validatePlan: Validator;
