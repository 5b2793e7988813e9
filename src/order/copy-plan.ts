import type { BackupRecord } from '../base/backup.ts';
import type { Instant, Milliseconds } from '../base/clock.ts';
import type { Retry } from '../plan/model/common.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Replication, System } from '../plan/model/system.ts';
import { previousTime } from '../schedule/recurrence.ts';
import { storageOf } from './choose-backup.ts';
import { plainStep } from './restore-plan.ts';
import type { PlannedStep } from './step.ts';

/** A backup that lacks a copy which the plan wants. */
export interface MissingCopy {
  readonly backup: BackupRecord;
  /** The target that lacks it. */
  readonly storage: string;
  /** Targets that hold it, the nearest first. */
  readonly from: readonly string[];
}

export interface CopyQuestion {
  readonly backups: readonly BackupRecord[];
  /** False for what retention would soon remove there: it is not worth a copy. */
  readonly keeps: (backup: BackupRecord, storage: string) => boolean;
  /** Only to this target. */
  readonly storage?: string | undefined;
}

/** Every copy that is missing by the plan, in the first target too where that has lost it: the oldest backup first. */
export function missingCopies(plan: Plan, { backups, keeps, storage: only }: CopyQuestion): readonly MissingCopy[] {
  return backups
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .flatMap((backup) => {
      const from = storageOf(plan, backup);
      if (from.length === 0) return [];
      const missing = wantedFor(plan, backup).filter((name) => !isStored(backup, name) && keeps(backup, name));
      return missing
        .filter((name) => only === undefined || name === only)
        .map((storage) => ({ backup, storage, from: from.filter((name) => name !== storage) }));
    });
}

/**
 * Targets that the plan wants a backup in; none when the plan does not know its system any more. Not those that it was moved
 * away from.
 */
export function wantedFor(plan: Plan, { system: name, schedule: by, storage }: BackupRecord): readonly string[] {
  const system = plan.systems.get(name);
  if (!system?.storage) return [];
  const schedule = system.schedules.find((candidate) => candidate.name === by);
  const left = new Set(storage.flatMap((copy) => (copy.status === 'moved' ? copy.name : [])));
  const wanted = new Set([schedule?.to ?? system.storage.to, ...system.storage.copies]);
  return [...wanted].filter((target) => !left.has(target));
}

export function isStored({ storage }: BackupRecord, name: string): boolean {
  return storage.some((copy) => copy.name === name && copy.status === 'stored');
}

/** True when a copy is late already, or should be made at this moment: not before the next time of a batch. */
export function isDue(plan: Plan, { backup }: MissingCopy, now: Instant): boolean {
  const replication = replicationOf(plan.systems.get(backup.system));
  if (replication.mode !== 'batch') return true;
  const last = previousTime(replication, now);
  return last !== undefined && backup.finishedAt <= last;
}

export function replicationOf(system: System | undefined): Replication {
  return system?.storage?.replication ?? { mode: 'synchronous' };
}

/** One step for each copy. Those to one target go one after the other, however each ends; targets go side by side. */
export function planCopies(
  plan: Plan,
  missing: readonly MissingCopy[],
  measured: (system: string, storage: string) => Milliseconds | undefined,
): readonly PlannedStep[] {
  const last = new Map<string, string>();
  return missing.map(({ backup, storage, from }) => {
    const id = `copy/${storage}/${backup.id.slice(0, 12)}`;
    const before = last.get(storage);
    last.set(storage, id);
    const ms = measured(backup.system, storage);
    return {
      ...plainStep(plan, id, { kind: 'copy', backup, storage, from }),
      after: before === undefined ? [] : [before],
      retry: retryOf(replicationOf(plan.systems.get(backup.system))),
      estimate: ms === undefined ? { ms: 0, from: 'none' } : { ms, from: 'measured' },
    };
  });
}

function retryOf(replication: Replication): Retry {
  return replication.mode === 'synchronous' ? { limit: 0, interval: 0, backoff: 1 } : replication.retry;
}
