import type { Instant, Milliseconds } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import type { Schedule, System } from '../plan/model/system.ts';
import { nextTime, previousTime, timetableKey } from '../schedule/recurrence.ts';

export interface Overdue {
  readonly since: Instant;
  readonly reason: string;
}

export interface LastBackup {
  /** When the newest backup of the system began. */
  readonly lastAt: Instant | undefined;
  /** How long a backup of it takes. */
  readonly tookMs: Milliseconds;
}

export interface DueFinder {
  /** When a backup of the system is due next. */
  next(system: System): Instant | undefined;
  /**
   * The last due time of a schedule without a backup of the system since. A backup has the time that one takes, and five minutes or a tenth
   * of the period more, before it is missed.
   */
  overdue(system: System, last: LastBackup): Overdue | undefined;
}

const leastGrace: Milliseconds = 5 * 60_000;

/** Systems that share their timetables share the work. */
export function dueFinder(now: Instant): DueFinder {
  const nextOf = remembering((schedule) => nextTime(schedule, now));
  const graceOf = remembering((schedule) => Math.max(leastGrace, periodOf(schedule, now) / 10));
  return {
    next: (system) => least(scheduled(system).map(nextOf)),
    overdue(system, { lastAt, tookMs }) {
      const missed = scheduled(system).flatMap((schedule) => {
        const due = previousTime(schedule, now - tookMs - graceOf(schedule));
        return due === undefined || (lastAt !== undefined && lastAt >= due) ? [] : [{ schedule, due }];
      });
      const [latest] = missed.sort((a, b) => b.due - a.due);
      return latest && { since: latest.due, reason: reasonOf(latest.schedule, now - latest.due) };
    },
  };
}

function remembering<T>(find: (schedule: Schedule) => T): (schedule: Schedule) => T {
  const known = new Map<string, { readonly value: T }>();
  return (schedule) => {
    const key = timetableKey(schedule);
    let found = known.get(key);
    if (!found) known.set(key, (found = { value: find(schedule) }));
    return found.value;
  };
}

function scheduled(system: System): readonly Schedule[] {
  return system.source ? system.schedules : [];
}

function periodOf(schedule: Schedule, now: Instant): Milliseconds {
  const due = previousTime(schedule, now);
  const next = due === undefined ? undefined : nextTime(schedule, due);
  return due === undefined || next === undefined ? 0 : next - due;
}

function least(times: readonly (Instant | undefined)[]): Instant | undefined {
  return times.reduce((first, at) => (at !== undefined && (first === undefined || at < first) ? at : first), undefined);
}

function reasonOf(schedule: Schedule, ago: Milliseconds): string {
  return `schedule ${schedule.name} was due ${formatDuration(ago)} ago, and there is no backup since`;
}
