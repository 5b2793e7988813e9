import type { BackupRecord } from '../base/backup.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { VerifyLevel } from '../plan/model/system.ts';
import { noCopyError, storageOf } from './choose-backup.ts';
import { plainStep } from './restore-plan.ts';
import type { PlannedStep } from './step.ts';

export interface VerifyRequest {
  readonly backups: readonly BackupRecord[];
  readonly level: VerifyLevel;
  /** Default: the first target that holds the backup. */
  readonly storage?: string | undefined;
}

/** One step for each backup, independent of each other. Throws `no-copy` when a backup is in no target of the plan. */
export function planVerify(plan: Plan, { backups, level, storage }: VerifyRequest): readonly PlannedStep[] {
  const ids = new Map<string, BackupRecord>();
  for (const backup of backups) ids.set(backup.id, backup);
  return [...ids.values()].map((backup) => {
    const target = storageOf(plan, backup, storage)[0];
    if (target === undefined) throw noCopyError(backup, storage);
    const step = plainStep(plan, `verify/${backup.system}/${backup.id.slice(0, 16)}`, {
      kind: 'verify',
      backup,
      level,
      storage: target,
    });
    return { ...step, priority: plan.systems.get(backup.system)?.priority ?? step.priority };
  });
}
