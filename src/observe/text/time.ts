import type { Instant, Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { formatInstant } from '../../base/zone.ts';

/** `2026-11-20 11:15:00 +01:00`, to the second; `–` when there is none. */
export function dateTime(at: Instant | undefined, timezone: string): string {
  if (at === undefined) return '–';
  const text = formatInstant(Math.floor(at / 1000) * 1000, timezone);
  return `${text.slice(0, 10)} ${text.slice(11, 19)} ${text.slice(19)}`;
}

/** `4h`; `–` when there is none. */
export function lengthOf(ms: Milliseconds | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}
