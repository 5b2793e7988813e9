import type { Milliseconds } from './clock.ts';

const unitMilliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A length of time on the calendar: months are added in the plan's time zone, then the milliseconds. */
export interface CalendarDuration {
  readonly months: number;
  readonly ms: Milliseconds;
}

/** `90s`, `15m`, `6h`, `30d`, `2w` or a row of them (`1h30m`) in milliseconds; undefined when it is none. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!/^(\d+[smhdw])+$/.test(text)) return undefined;
  return sumOf(text);
}

/** As `parseDuration`, with months and years too: `3mo`, `7y`, `1y6mo`. Undefined when it is none. */
export function parseCalendarDuration(text: string): CalendarDuration | undefined {
  if (!/^(\d+(mo|[smhdwy]))+$/.test(text)) return undefined;
  let months = 0;
  const rest = text.replaceAll(/(\d+)(mo|y)/g, (_, count: string, unit: string) => {
    months += Number(count) * (unit === 'y' ? 12 : 1);
    return '';
  });
  return { months, ms: sumOf(rest) };
}

function sumOf(text: string): Milliseconds {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/g))
    sum += Number(count) * (unitMilliseconds[unit ?? ''] ?? 0);
  return sum;
}

/** For people: `450ms`, `12.3s`, `4m 05s`, `2h 30m`, `3d 4h`. */
export function formatDuration(ms: Milliseconds): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${trimZero((ms / 1000).toFixed(1))}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(seconds, 60, ['m', 's']);
  if (seconds < 86_400) return twoUnits(Math.round(seconds / 60), 60, ['h', 'm']);
  return twoUnits(Math.round(seconds / 3600), 24, ['d', 'h']);
}

function twoUnits(value: number, base: number, units: readonly [string, string]): string {
  const small = value % base;
  const large = `${Math.floor(value / base)}${units[0]}`;
  return small === 0 ? large : `${large} ${small}${units[1]}`;
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, '');
}
