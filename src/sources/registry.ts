import type { SourceDefinition } from '../plan/model/system.ts';
import { filesSource } from './files.ts';
import type { Source } from './source.ts';
import { createSqliteSource } from './sqlite.ts';

export type Sources = {
  readonly [T in SourceDefinition['type']]: Source<Extract<SourceDefinition, { readonly type: T }>>;
};

/** The source of each kind. */
export const sources: Sources = { files: filesSource, sqlite: createSqliteSource() };

/** The source for this definition. */
export function sourceFor<D extends SourceDefinition>(definition: D): Source<D> {
  // The registry gives each kind its own source; the compiler does not follow that through a lookup.
  return sources[definition.type] as Source<D>;
}
