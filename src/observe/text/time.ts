import type { Instant, Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { dateTime } from '../../base/zone.ts';

/** `2026-11-20 11:15:00 +01:00`, to the second; `–` when there is none. */
export function momentText(at: Instant | undefined, timezone: string): string {
  return at === undefined ? '–' : dateTime(at, timezone);
}

/** `4h`; `–` when there is none. */
export function lengthOf(ms: Milliseconds | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}
