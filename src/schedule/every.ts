import type { Instant, Milliseconds } from '../base/clock.ts';
import { dayMs, firstInstantOf, wallTimeAt } from '../base/zone.ts';
import type { Window } from './window.ts';

/**
 * `every: 4h` counts elapsed time from local midnight and starts again at the next midnight, so that two times are
 * never further apart than the period: on a day of 25 hours there is one more, on one of 23 hours the last interval is
 * shorter. A period of a day or more counts on the calendar from 1970-01-01, a Thursday: `every: 7d` is Thursday 00:00.
 */
export function everyTimes(period: Milliseconds, timezone: string, window: Window): readonly Instant[] {
  return period >= dayMs ? timesOnCalendar(period, timezone, window) : timesOfDays(period, timezone, window);
}

function timesOnCalendar(period: Milliseconds, timezone: string, window: Window): readonly Instant[] {
  const times: Instant[] = [];
  // A day of margin: offsets shift the reading of the window's ends.
  let wall = Math.ceil((window.from - dayMs) / period) * period;
  for (; wall < window.until + dayMs; wall += period) {
    const at = firstInstantOf(timezone, wall);
    if (at >= window.from && at < window.until) times.push(at);
  }
  return times;
}

function timesOfDays(period: Milliseconds, timezone: string, window: Window): readonly Instant[] {
  const times: Instant[] = [];
  let midnight = Math.floor(wallTimeAt(timezone, window.from) / dayMs) * dayMs;
  for (let start = firstInstantOf(timezone, midnight); start < window.until; midnight += dayMs) {
    const end = firstInstantOf(timezone, midnight + dayMs);
    const skipped = Math.max(0, Math.ceil((window.from - start) / period));
    for (let at = start + skipped * period; at < Math.min(end, window.until); at += period) times.push(at);
    start = end;
  }
  return times;
}
