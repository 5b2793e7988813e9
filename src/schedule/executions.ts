import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { backupTypesOf, hintForTypes } from '../plan/backup-types.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { BackupType, Schedule, SourceDefinition, StorageUse, System } from '../plan/model/system.ts';
import type { BackupExecution, CopyExecution } from './execution.ts';
import { nextTime, timesWithin, timetableKey } from './recurrence.ts';

export interface ExecutionWindow {
  readonly from: Instant;
  /** Not in the window itself. */
  readonly until: Instant;
  /** Names; undefined: every system. */
  readonly systems?: readonly string[] | undefined;
}

/** The backups that schedules ask for within a window, by time, then priority, then name of system and schedule. */
export function executionsBetween(plan: Plan, window: ExecutionWindow): readonly BackupExecution[] {
  const byTime = new Map<Instant, BackupExecution[]>();
  const timesOf = knownTimes(window);
  for (const { system, schedule, use } of scheduledIn(plan, window.systems)) {
    const facts = executionFacts(system, schedule, use);
    for (const at of timesOf(schedule)) {
      const execution = { at, ...facts };
      const others = byTime.get(at);
      if (others) others.push(execution);
      else byTime.set(at, [execution]);
    }
  }
  return [...byTime].sort(([a], [b]) => a - b).flatMap(([, executions]) => executions);
}

/** When batches of copies are made within a window, by time, then in the order of the plan. */
export function copiesBetween(plan: Plan, window: ExecutionWindow): readonly CopyExecution[] {
  const found: CopyExecution[] = [];
  for (const { name: system, storage, source } of plan.systems.values()) {
    const batch = storage?.replication;
    if (!source || !storage || batch?.mode !== 'batch' || window.systems?.includes(system) === false) continue;
    const { timezone } = batch;
    for (const at of timesWithin(batch, window)) found.push({ at, timezone, system, to: storage.copies });
  }
  return found.sort((a, b) => a.at - b.at);
}

/** The first execution later than `after`, of a schedule that `system` has; undefined when there is none within eight years. */
export function nextExecution(system: System, schedule: Schedule, after: Instant): BackupExecution | undefined {
  const at = nextTime(schedule, after);
  if (at === undefined || !system.storage) return undefined;
  return { at, ...executionFacts(system, schedule, system.storage) };
}

export interface ManualRequest {
  /** Undefined: as the schedule says; without one `incremental`, which reads everything when there is no earlier backup. */
  readonly type?: BackupType | undefined;
  /** The backup is made as this schedule would make it, and belongs to its retention scope. */
  readonly schedule?: string | undefined;
  readonly now: Instant;
}

/** A backup asked for by hand. Throws `nothing-to-back-up`, `unknown-schedule` and `unsupported-backup-type`. */
export function manualExecution(plan: Plan, system: System, request: ManualRequest): BackupExecution {
  const use = system.storage;
  if (!system.source || !use)
    throw new MusterError(`system ${system.name} has no source: there is nothing to back up`, {
      code: 'nothing-to-back-up',
      hint: 'Name a system that has a source.',
    });
  const schedule = request.schedule === undefined ? undefined : scheduleNamed(system, request.schedule);
  const facts = schedule ? executionFacts(system, schedule, use) : unscheduledFacts(plan, system, use);
  const type = request.type ?? facts.type;
  if (!backupTypesOf(system.source).includes(type)) throw unsupported(system.name, system.source, type);
  return { at: request.now, ...facts, type };
}

function unsupported(system: string, source: SourceDefinition, type: BackupType): MusterError {
  return new MusterError(`the source of ${system} cannot give a backup of the type ${type}`, {
    code: 'unsupported-backup-type',
    hint: hintForTypes(source),
  });
}

interface Scheduled {
  readonly system: System;
  readonly schedule: Schedule;
  readonly use: StorageUse;
}

/** In the order in which executions of the same instant go. */
function scheduledIn(plan: Plan, names: readonly string[] | undefined): readonly Scheduled[] {
  const wanted = names && new Set(names);
  const found: Scheduled[] = [];
  for (const system of plan.systems.values()) {
    const use = system.storage;
    if (!system.source || !use || wanted?.has(system.name) === false) continue;
    for (const schedule of system.schedules) found.push({ system, schedule, use });
  }
  return found.sort(byUrgency);
}

function byUrgency(a: Scheduled, b: Scheduled): number {
  return (
    a.system.priority - b.system.priority ||
    compareNames(a.system.name, b.system.name) ||
    compareNames(a.schedule.name, b.schedule.name)
  );
}

function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Thousands of systems share a few timetables: each is worked out once. */
function knownTimes(window: ExecutionWindow): (schedule: Schedule) => readonly Instant[] {
  const known = new Map<string, readonly Instant[]>();
  return (schedule) => {
    const key = timetableKey(schedule);
    let times = known.get(key);
    if (!times) known.set(key, (times = timesWithin(schedule, window)));
    return times;
  };
}

function executionFacts(system: System, schedule: Schedule, use: StorageUse): Omit<BackupExecution, 'at'> {
  const to = schedule.to ?? use.to;
  return {
    timezone: schedule.timezone,
    system: system.name,
    schedule: schedule.name,
    type: schedule.backup,
    to,
    copies: use.copies.filter((name) => name !== to),
    replication: use.replication?.mode,
    verify: system.verify,
    priority: system.priority,
    timeout: schedule.timeout,
    retry: schedule.retry,
  };
}

function unscheduledFacts(plan: Plan, system: System, use: StorageUse): Omit<BackupExecution, 'at'> {
  return {
    timezone: plan.timezone,
    system: system.name,
    schedule: undefined,
    type: 'incremental',
    to: use.to,
    copies: use.copies,
    replication: use.replication?.mode,
    verify: system.verify,
    priority: system.priority,
    timeout: undefined,
    retry: { limit: 0, interval: 0, backoff: 1 },
  };
}

function scheduleNamed(system: System, name: string): Schedule {
  const schedule = system.schedules.find((candidate) => candidate.name === name);
  if (schedule) return schedule;
  const names = system.schedules.map((candidate) => candidate.name).join(', ');
  throw new MusterError(`system ${system.name} has no schedule ${name}`, {
    code: 'unknown-schedule',
    hint: names ? `Name one of its schedules: ${names}.` : 'Leave the schedule out: the system has none.',
  });
}
