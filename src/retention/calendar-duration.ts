import type { Instant } from '../base/clock.ts';
import { type CalendarDuration, formatDuration } from '../base/duration.ts';
import { dayMs, firstInstantOf, wallTimeAt } from '../base/zone.ts';

/**
 * Goes back months and whole days on the calendar of the zone, then the rest in elapsed time. A day that the month does not have
 * runs over into the next month: one month before 31 March is 3 March (2 March in a leap year).
 */
export function instantBefore(at: Instant, duration: CalendarDuration, timezone: string): Instant {
  const wall = new Date(wallTimeAt(timezone, at));
  wall.setUTCMonth(wall.getUTCMonth() - duration.months, wall.getUTCDate() - Math.floor(duration.ms / dayMs));
  return firstInstantOf(timezone, wall.getTime()) - (duration.ms % dayMs);
}

/** For people: `1y 6mo`, `30d`. */
export function describeCalendarDuration({ months, ms }: CalendarDuration): string {
  const parts = [
    Math.floor(months / 12) && `${Math.floor(months / 12)}y`,
    months % 12 && `${months % 12}mo`,
    ms && formatDuration(ms),
  ];
  return parts.filter(Boolean).join(' ') || '0s';
}
