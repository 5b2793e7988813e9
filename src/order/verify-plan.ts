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
  /** Default: `first`. */
  readonly copies?: 'first' | 'all' | undefined;
}

/**
 * One step for each backup, or for each copy of it, independent of each other. Throws `no-copy` when a backup is in no
 * target of the plan.
 */
export function planVerify(plan: Plan, request: VerifyRequest): readonly PlannedStep[] {
  const ids = new Map<string, BackupRecord>();
  for (const backup of request.backups) ids.set(backup.id, backup);
  return [...ids.values()].flatMap((backup) => stepsFor(plan, backup, request));
}

function stepsFor(plan: Plan, backup: BackupRecord, { level, storage, copies }: VerifyRequest): readonly PlannedStep[] {
  const [first, ...others] = storageOf(plan, backup, storage);
  if (first === undefined) throw noCopyError(backup, storage);
  const id = `verify/${backup.system}/${backup.id.slice(0, 16)}`;
  const priority = plan.systems.get(backup.system)?.priority ?? 0;
  const step = (name: string, target: string): PlannedStep => ({
    ...plainStep(plan, name, { kind: 'verify', backup, level, storage: target }),
    priority,
  });
  return [step(id, first), ...(copies === 'all' ? others.map((target) => step(`${id}/${target}`, target)) : [])];
}

/** One step for each storage target. */
export function planVerifyStorage(plan: Plan, names: readonly string[]): readonly PlannedStep[] {
  return names.map((storage) => plainStep(plan, `verify/${storage}`, { kind: 'verify-storage', storage }));
}
