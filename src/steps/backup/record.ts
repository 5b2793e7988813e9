import type { BackupRecord } from '../../base/backup.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { Copies } from './copies.ts';
import type { Stored } from './store.ts';

type RecordParts = Pick<BackupRecord, 'source' | 'run' | 'startedAt' | 'finishedAt' | 'manifest'> & {
  readonly execution: BackupExecution;
  readonly stored: Stored;
  readonly copies: Copies;
  /** What could not be locked in the first target. */
  readonly unlocked: Copies['unlocked'];
};

/** What the catalog keeps. An entry that could not be read, a copy that could not be made, or a lock, makes it partial. */
export function recordOf({ execution, stored, copies, unlocked, ...own }: RecordParts): BackupRecord {
  const { type, parent, result } = stored;
  const { snapshot, faults, ...figures } = result;
  const isWhole = faults.length + stored.faults.length + unlocked.length + copies.unlocked.length === 0;
  const isCopied = copies.faults.length === 0;
  return {
    ...own,
    ...figures,
    type,
    parent,
    id: snapshot,
    system: execution.system,
    schedule: execution.schedule,
    status: isWhole && isCopied ? 'succeeded' : 'partial',
    ...(isWhole && !isCopied ? { lacks: 'copies' } : {}),
    storage: [{ name: execution.to, snapshot, status: 'stored' }, ...copies.storage],
  };
}
