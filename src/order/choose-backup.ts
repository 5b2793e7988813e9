import type { BackupRecord } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import { dateTime } from '../base/zone.ts';
import type { Moment } from '../plan/model/runbook.ts';
import type { Plan } from '../plan/model/plan.ts';
import { nearestFirst } from './nearest.ts';

export interface BackupChoice {
  readonly system: string;
  readonly moment: Moment;
  readonly backups: readonly BackupRecord[];
  /** Read from this storage target only. */
  readonly storage?: string | undefined;
}

/** A backup with the storage targets of the plan that hold it, in order of preference. Never empty. */
export interface ChosenBackup {
  readonly backup: BackupRecord;
  readonly storage: readonly string[];
}

/**
 * The newest backup of a system whose reading began at or before the moment: what was written later may be missing
 * from it, what was written earlier is in it. Partial backups count. Undefined when none can be read.
 */
export function chooseBackup(plan: Plan, choice: BackupChoice): ChosenBackup | undefined {
  const until = choice.moment.kind === 'at' ? choice.moment.at : Number.POSITIVE_INFINITY;
  let best: ChosenBackup | undefined;
  for (const backup of choice.backups) {
    if (backup.system !== choice.system || backup.startedAt > until) continue;
    if (best !== undefined && backup.startedAt <= best.backup.startedAt) continue;
    const storage = storageOf(plan, backup, choice.storage);
    if (storage.length > 0) best = { backup, storage };
  }
  return best;
}

/** Storage targets of the plan that hold a backup, the nearest first. */
export function storageOf(plan: Plan, backup: BackupRecord, only?: string): readonly string[] {
  const names = backup.storage
    .filter(
      (copy) => copy.status === 'stored' && plan.storage.has(copy.name) && (only === undefined || copy.name === only),
    )
    .map((copy) => copy.name);
  return nearestFirst(plan, names);
}

/** `no-backup`, with the line that mends it. */
export function noBackupError(systems: readonly string[], moment: Moment, timezone: string): MusterError {
  const before = moment.kind === 'at' ? ` from ${dateTime(moment.at, timezone)} or before` : '';
  return new MusterError(`there is no backup of ${systems.join(', ')}${before} that can be restored`, {
    code: 'no-backup',
    hint:
      moment.kind === 'at'
        ? 'Choose a later moment, or see `muster backups`.'
        : `Run \`muster backup ${systems.join(' ')}\`.`,
  });
}

/** `no-copy`: the backup is known, but not in `storage`, or in no storage target of the plan. */
export function noCopyError(backup: BackupRecord, storage: string | undefined): MusterError {
  const held = backup.storage.filter(({ status }) => status === 'stored').map(({ name }) => name);
  const where = storage ?? 'any storage target of the plan';
  return new MusterError(`backup ${backup.id.slice(0, 8)} of ${backup.system} is not in ${where}`, {
    code: 'no-copy',
    hint: held.length === 0 ? 'Choose another backup.' : `It is in: ${held.join(', ')}.`,
  });
}
