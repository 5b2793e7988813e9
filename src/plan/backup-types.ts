import type { BackupType, SourceDefinition } from './model/system.ts';
import { backupTypes } from '../base/backup.ts';

/**
 * The types of backup that a source can give. A copy of a database is a view as of one moment by itself; what a command
 * writes may be, or not.
 */
export function backupTypesOf(source: SourceDefinition): readonly BackupType[] {
  const isFrozen = source.type === 'files' ? source.snapshot !== undefined : source.type !== 'command';
  if (isFrozen) return backupTypes;
  return backupTypes.filter((type) => type !== 'snapshot');
}

/** What to do when a source cannot give a type that was asked for. */
export function hintForTypes(source: SourceDefinition): string {
  if (source.type === 'files')
    return 'Add `snapshot` to the source, which says how it is frozen, or choose another type.';
  return `Choose one of its types: ${backupTypesOf(source)
    .map((type) => `\`${type}\``)
    .join(', ')}.`;
}
