import { CronExpressionParser, type CronFieldCollection } from 'cron-parser';

import type { Instant, Milliseconds } from '../base/clock.ts';
import { dayMs, firstInstantOf, instantsOf, type WallTime } from '../base/zone.ts';
import { CronDays } from './cron-days.ts';
import type { Window } from './window.ts';

/**
 * The library reads the expression and says which days it means; times of day and zones are worked out here, because its own way over a
 * change of the clock differs from ours: a time that is skipped runs once, right after the gap; one that is repeated runs once, the first time.
 * An expression for every hour follows elapsed time instead: it runs in both of two repeated hours, and nothing is made up for a skipped one.
 */
export function cronTimes(expression: string, timezone: string, window: Window): readonly Instant[] {
  const cron = parsed(expression);
  const times: Instant[] = [];
  // A day of margin on both sides, because offsets shift the reading of the window's ends; one more, because a day began before its times.
  for (const day of cron.days.within({ from: window.from - 2 * dayMs, until: window.until + dayMs }))
    for (const time of cron.timesOfDay) times.push(...instantsFor(cron, timezone, day + time));
  return ascending(times).filter((at) => at >= window.from && at < window.until);
}

interface Cron {
  readonly days: CronDays;
  readonly timesOfDay: readonly Milliseconds[];
  readonly everyHour: boolean;
}

const knownExpressions = new Map<string, Cron>();
const knownDays = new Map<string, CronDays>();

function parsed(expression: string): Cron {
  let cron = knownExpressions.get(expression);
  if (!cron) knownExpressions.set(expression, (cron = parse(expression)));
  return cron;
}

function parse(expression: string): Cron {
  // The seed makes `H` a fixed value for each expression.
  const { fields } = CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: 0, hashSeed: expression });
  const timesOfDay: Milliseconds[] = [];
  for (const hour of fields.hour.values)
    for (const minute of fields.minute.values)
      for (const second of fields.second.values) timesOfDay.push(((hour * 60 + minute) * 60 + second) * 1000);
  return { days: daysOf(expression, fields), timesOfDay, everyHour: fields.hour.values.length === 24 };
}

/** Thousands of expressions differ only in the time of day: they share their days. */
function daysOf(expression: string, fields: CronFieldCollection): CronDays {
  const key = expression.includes('H') ? expression : expression.trim().split(/\s+/).slice(-3).join(' ');
  let days = knownDays.get(key);
  if (!days) knownDays.set(key, (days = new CronDays(fields)));
  return days;
}

function instantsFor(cron: Cron, timezone: string, wall: WallTime): readonly Instant[] {
  return cron.everyHour ? instantsOf(timezone, wall) : [firstInstantOf(timezone, wall)];
}

function ascending(times: Instant[]): readonly Instant[] {
  times.sort((a, b) => a - b);
  return times.filter((at, index) => at !== times[index - 1]);
}
