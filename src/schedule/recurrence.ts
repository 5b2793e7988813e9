import type { Instant } from '../base/clock.ts';
import { dayMs } from '../base/zone.ts';
import type { Recurrence } from '../plan/model/system.ts';
import { cronTimes } from './cron.ts';
import { everyTimes } from './every.ts';
import type { Window } from './window.ts';

/** When something recurs: the part of a `Schedule` that decides its times. */
export interface Timetable {
  readonly when: Recurrence;
  readonly timezone: string;
}

/** Grows to more than the 8 years that may lie between two 29ths of February. */
const searchDays = [2, 40, 400, 3000] as const;

/** Every due time within the window, ascending, without repetition. */
export function timesWithin(timetable: Timetable, window: Window): readonly Instant[] {
  const { when, timezone } = timetable;
  if (when.kind === 'cron') return cronTimes(when.expression, timezone, window);
  return everyTimes(when.ms, timezone, window);
}

/** The first due time later than `after`; undefined when there is none within eight years. */
export function nextTime(timetable: Timetable, after: Instant): Instant | undefined {
  for (const days of searchDays) {
    const found = timesWithin(timetable, { from: after + 1, until: after + days * dayMs })[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last due time at or before `at`; undefined when there is none within eight years. */
export function previousTime(timetable: Timetable, at: Instant): Instant | undefined {
  for (const days of searchDays) {
    const found = timesWithin(timetable, { from: at - days * dayMs, until: at + 1 }).at(-1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Two timetables with the same key are due at the same times. */
export function timetableKey(timetable: Timetable): string {
  const { when, timezone } = timetable;
  return `${when.kind === 'cron' ? when.expression : when.ms} ${timezone}`;
}
