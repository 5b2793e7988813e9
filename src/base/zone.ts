import type { Instant, Milliseconds } from './clock.ts';

/**
 * What a clock on the wall shows, as the instant at which a clock in UTC shows the same. Only ever compared with
 * other readings of the same zone.
 */
export type WallTime = number;

export const dayMs = 86_400_000;

/** Offset from UTC that holds in an IANA zone at an instant: positive east of Greenwich. */
export function offsetAt(timezone: string, at: Instant): Milliseconds {
  const day = Math.floor(at / dayMs);
  const before = offsetAtDay(timezone, day);
  // No zone changes its offset twice within a day, so equal ends mean that nothing changed between them.
  return before === offsetAtDay(timezone, day + 1) ? before : lookUpOffset(timezone, at);
}

export function wallTimeAt(timezone: string, at: Instant): WallTime {
  return at + offsetAt(timezone, at);
}

/** The instants at which the clock shows `wall`: one; two where an hour is repeated; none where it is skipped. */
export function instantsOf(timezone: string, wall: WallTime): readonly Instant[] {
  const before = offsetAt(timezone, wall - dayMs);
  const after = offsetAt(timezone, wall + dayMs);
  if (before === after) return [wall - before];
  return [wall - before, wall - after].filter((at) => wallTimeAt(timezone, at) === wall);
}

/** The first instant at which the clock shows `wall`; where it is skipped, the first instant after the gap. */
export function firstInstantOf(timezone: string, wall: WallTime): Instant {
  return instantsOf(timezone, wall)[0] ?? changeOfOffset(timezone, wall);
}

/** ISO 8601 with the zone's own offset, to the second: `2026-10-25T02:30:00+02:00`; milliseconds only where there are some. */
export function formatInstant(at: Instant, timezone: string): string {
  const offset = offsetAt(timezone, at);
  const wall = new Date(at + offset).toISOString();
  return wall.replace('.000Z', '').replace('Z', '') + formatOffset(offset);
}

/** For people, to the second: `2026-10-25 02:30:00 +02:00`. */
export function dateTime(at: Instant, timezone: string): string {
  const text = formatInstant(Math.floor(at / 1000) * 1000, timezone);
  return `${text.slice(0, -15)} ${text.slice(-14, -6)} ${text.slice(-6)}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsetsByDay = new Map<string, Map<number, Milliseconds>>();

function offsetAtDay(timezone: string, day: number): Milliseconds {
  let offsets = offsetsByDay.get(timezone);
  if (!offsets) offsetsByDay.set(timezone, (offsets = new Map<number, Milliseconds>()));
  let offset = offsets.get(day);
  if (offset === undefined) offsets.set(day, (offset = lookUpOffset(timezone, day * dayMs)));
  return offset;
}

/** Reads `GMT+05:30` from the platform's own zone data. */
function lookUpOffset(timezone: string, at: Instant): Milliseconds {
  const text = formatterOf(timezone).format(at);
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  const [, sign, hours, minutes, seconds] = match ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -1000 : 1000) * size;
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    formatters.set(timezone, formatter);
  }
  return formatter;
}

/** The instant, near a skipped wall time, from which the new offset holds. */
function changeOfOffset(timezone: string, wall: WallTime): Instant {
  let before = wall - dayMs - offsetAt(timezone, wall - dayMs);
  let after = before + 2 * dayMs;
  const old = offsetAt(timezone, before);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(timezone, middle) === old) before = middle;
    else after = middle;
  }
  return after;
}

function formatOffset(offset: Milliseconds): string {
  const minutes = Math.abs(Math.round(offset / 60_000));
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
