import type { SourceDefinition } from '../plan/model/system.ts';
import type { Source, SourceWorld } from './source.ts';

type Makers = {
  readonly [T in SourceDefinition['type']]: (
    world: SourceWorld,
  ) => Promise<Source<Extract<SourceDefinition, { readonly type: T }>>>;
};

/** The source of each kind, loaded at need. */
const makers: Makers = {
  files: async () => (await import('./files.ts')).filesSource,
  sqlite: async () => (await import('./sqlite.ts')).createSqliteSource(),
  postgres: async (world) => (await import('./postgres.ts')).createPostgresSource(world),
  command: async (world) => (await import('./command.ts')).createCommandSource(world),
};

/** The source for this definition. */
export async function sourceFor<D extends SourceDefinition>(definition: D, world: SourceWorld): Promise<Source<D>> {
  // Each kind has a maker of its own; the compiler does not follow that through a lookup.
  return (await makers[definition.type](world)) as Source<D>;
}
