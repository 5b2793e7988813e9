import type { Problem, Problems } from '../problems.ts';
import type { Located } from './locate.ts';

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

/** Says what one error means; undefined when another problem says it already. */
export type Explainer = (error: SchemaError, place: Located, context: ExplainContext) => Problem | undefined;

export interface ExplainContext {
  readonly problems: Problems;
  /** Keys of the same map that the schema does not know: one that is missing may be among them, misspelt. */
  readonly unknown: readonly string[];
}
