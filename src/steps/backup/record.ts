import type { BackupRecord } from '../../base/backup.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { BackupResult } from '../../vault/vault.ts';
import type { Copies } from './copies.ts';

type RecordParts = Pick<BackupRecord, 'source' | 'type' | 'run' | 'startedAt' | 'finishedAt' | 'manifest'> & {
  readonly execution: BackupExecution;
  readonly result: BackupResult;
  readonly copies: Copies;
};

/** What the catalog keeps. An entry that could not be read, or a copy that could not be made, makes it partial. */
export function recordOf({ execution, result, copies, ...own }: RecordParts): BackupRecord {
  const { snapshot, faults, files, bytesRead, bytesTotal, bytesStored } = result;
  const complete = faults.length === 0 && copies.faults.length === 0;
  return {
    ...own,
    id: snapshot,
    system: execution.system,
    schedule: execution.schedule,
    status: complete ? 'succeeded' : 'partial',
    bytesRead,
    bytesTotal,
    bytesStored,
    files,
    storage: [{ name: execution.to, snapshot, status: 'stored' }, ...copies.storage],
  };
}
