import type { Instant, Milliseconds } from '../../base/clock.ts';
import { nextTime, previousTime, timesWithin, timetableKey, type Timetable } from '../../schedule/recurrence.ts';

export interface Gap {
  readonly from: Instant;
  readonly until: Instant;
}

const year: Milliseconds = 366 * 86_400_000;

/** Finds longest gaps; systems that share their timetables share the work. */
export function gapFinder(now: Instant): (schedules: readonly Timetable[]) => Gap | undefined {
  const known = new Map<string, Gap | undefined>();
  return (schedules) => {
    const key = [...new Set(schedules.map(timetableKey))].sort().join('\n');
    if (!known.has(key)) known.set(key, longestGap(schedules, now));
    return known.get(key);
  };
}

/**
 * The longest time between two due times, of whichever schedule, in the year from now: from the last one before now to the first one
 * after the year. Undefined when there are no two.
 */
export function longestGap(schedules: readonly Timetable[], now: Instant): Gap | undefined {
  let longest: Gap | undefined;
  let from: Instant | undefined;
  for (const until of dueTimes(schedules, now)) {
    if (from !== undefined && (!longest || until - from > longest.until - longest.from)) longest = { from, until };
    from = until;
  }
  return longest;
}

function dueTimes(schedules: readonly Timetable[], now: Instant): readonly Instant[] {
  const window = { from: now, until: now + year };
  const before = schedules.map((schedule) => previousTime(schedule, now - 1));
  const after = schedules.map((schedule) => nextTime(schedule, now + year - 1));
  const within = schedules.flatMap((schedule) => timesWithin(schedule, window));
  const last = latest(before);
  const next = earliest(after);
  within.sort((a, b) => a - b);
  return [...(last === undefined ? [] : [last]), ...within, ...(next === undefined ? [] : [next])];
}

function latest(times: readonly (Instant | undefined)[]): Instant | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function earliest(times: readonly (Instant | undefined)[]): Instant | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
