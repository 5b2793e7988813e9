import type { BackupType, SourceDefinition } from './model/system.ts';
import { backupTypes } from '../base/backup.ts';

/** The types of backup that a source can give. A copy of an SQLite database is a view as of one moment by itself. */
export function backupTypesOf(source: SourceDefinition): readonly BackupType[] {
  if (source.type !== 'files' || source.snapshot !== undefined) return backupTypes;
  return backupTypes.filter((type) => type !== 'snapshot');
}
