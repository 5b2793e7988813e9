import { MusterError } from '../../base/error.ts';
import type { SourceDefinition } from '../../plan/model/system.ts';
import type { ActionOf, StepContext } from '../handler.ts';

/** The source of the action, else the system's, which knows how its backups are put back. Throws `source-changed`. */
export function definitionFor(
  { system, backup, source }: Pick<ActionOf<'restore'>, 'system' | 'backup' | 'source'>,
  { plan }: Pick<StepContext, 'plan'>,
): SourceDefinition {
  const definition = source ?? plan.systems.get(system)?.source;
  if (definition?.type === backup.source) return definition;
  const now = definition === undefined ? 'has no source now' : `is of type ${definition.type} now`;
  throw new MusterError(`the backup is of type ${backup.source}, but ${system} ${now}`, {
    code: 'source-changed',
    hint: `Restore with the plan of that time, or give ${system} a source of type ${backup.source} again.`,
  });
}
