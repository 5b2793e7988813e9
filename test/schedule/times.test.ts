import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatInstant, wallTimeAt } from '../../src/base/zone.ts';
import { nextTime, previousTime, timesWithin, type Timetable } from '../../src/schedule/recurrence.ts';
import { cronSchedule, everySchedule } from '../sample-plan.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('cron over a change of the clock', () => {
  test('a time that is skipped runs once, right after the gap', () => {
    expect(cron('30 2 * * *', 'Europe/Berlin', '2026-03-28', '2026-03-31')).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:00:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ]);
    expect(cron('*/15 2 * * *', 'America/New_York', '2026-03-08', '2026-03-09')).toEqual(['2026-03-08T03:00:00-04:00']);
  });

  test('a time that is repeated runs once, the first time', () => {
    expect(cron('30 2 * * *', 'Europe/Berlin', '2026-10-24', '2026-10-27')).toEqual([
      '2026-10-24T02:30:00+02:00',
      '2026-10-25T02:30:00+02:00',
      '2026-10-26T02:30:00+01:00',
    ]);
    expect(cron('0 1 * * *', 'America/New_York', '2026-11-01', '2026-11-02')).toEqual(['2026-11-01T01:00:00-04:00']);
  });

  test('half an hour is skipped and repeated on Lord Howe Island', () => {
    expect(cron('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03', '2026-10-05')).toEqual([
      '2026-10-03T02:15:00+10:30',
      '2026-10-04T02:30:00+11:00',
    ]);
    expect(cron('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04', '2026-04-06')).toEqual([
      '2026-04-04T01:45:00+11:00',
      '2026-04-05T01:45:00+11:00',
    ]);
  });

  test('midnight itself may be skipped', () => {
    expect(cron('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00', '2018-11-06')).toEqual([
      '2018-11-04T01:00:00-02:00',
      '2018-11-05T00:00:00-02:00',
    ]);
  });

  test('a zone without changes', () => {
    expect(cron('30 2 * * *', 'Asia/Kolkata', '2026-03-29', '2026-03-30')).toEqual(['2026-03-29T02:30:00+05:30']);
  });

  test('an expression for every hour follows elapsed time', () => {
    expect(cron('0 * * * *', 'Europe/Berlin', '2026-10-25T01:00', '2026-10-25T04:00')).toEqual([
      '2026-10-25T01:00:00+02:00',
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-25T03:00:00+01:00',
    ]);
    expect(cron('30 * * * *', 'Europe/Berlin', '2026-03-29T01:00', '2026-03-29T04:00')).toEqual([
      '2026-03-29T01:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
    ]);
  });
});

describe('cron expressions', () => {
  test('a sixth field in front holds the seconds', () => {
    expect(cron('15,45 0 12 * * *', 'UTC', '2026-01-01', '2026-01-02')).toEqual([
      '2026-01-01T12:00:15+00:00',
      '2026-01-01T12:00:45+00:00',
    ]);
  });

  test('a day of the month or a day of the week: either will do', () => {
    expect(cron('0 0 1,15 * 1', 'UTC', '2026-06-01', '2026-06-16').map((at) => at.slice(8, 10))).toEqual([
      '01',
      '08',
      '15',
    ]);
  });

  test('the last day of the month, the last Friday, the second Monday', () => {
    expect(cron('0 0 L 2 *', 'UTC', '2027-01-01', '2029-01-01').map((at) => at.slice(0, 10))).toEqual([
      '2027-02-28',
      '2028-02-29',
    ]);
    expect(cron('0 0 * * 5L', 'UTC', '2026-06-01', '2026-07-01').map((at) => at.slice(0, 10))).toEqual(['2026-06-26']);
    expect(cron('0 0 * * 1#2', 'UTC', '2026-06-01', '2026-07-01').map((at) => at.slice(0, 10))).toEqual(['2026-06-08']);
  });

  test('a window holds its start and not its end', () => {
    expect(cron('0 0 * * *', 'UTC', '2026-01-01', '2026-01-02')).toEqual(['2026-01-01T00:00:00+00:00']);
  });
});

describe('every', () => {
  test('counts from midnight and starts again at the next', () => {
    expect(every(7 * hour, 'Asia/Kolkata', '2026-01-01', '2026-01-02T08:00')).toEqual([
      '2026-01-01T00:00:00+05:30',
      '2026-01-01T07:00:00+05:30',
      '2026-01-01T14:00:00+05:30',
      '2026-01-01T21:00:00+05:30',
      '2026-01-02T00:00:00+05:30',
      '2026-01-02T07:00:00+05:30',
    ]);
  });

  test('is elapsed time: one more on a day of 25 hours, a shorter last interval on one of 23', () => {
    expect(every(8 * hour, 'Europe/Berlin', '2026-10-25', '2026-10-26').map((at) => at.slice(11))).toEqual([
      '00:00:00+02:00',
      '07:00:00+01:00',
      '15:00:00+01:00',
      '23:00:00+01:00',
    ]);
    expect(every(8 * hour, 'Europe/Berlin', '2026-03-29', '2026-03-30').map((at) => at.slice(11))).toEqual([
      '00:00:00+01:00',
      '09:00:00+02:00',
      '17:00:00+02:00',
    ]);
  });

  test('a day is a day of the calendar; more than a day counts from 1970-01-01, a Thursday', () => {
    expect(every(day, 'Europe/Berlin', '2026-10-24', '2026-10-27')).toEqual([
      '2026-10-24T00:00:00+02:00',
      '2026-10-25T00:00:00+02:00',
      '2026-10-26T00:00:00+01:00',
    ]);
    expect(every(7 * day, 'Europe/Berlin', '2026-10-20', '2026-11-01')).toEqual([
      '2026-10-22T00:00:00+02:00',
      '2026-10-29T00:00:00+01:00',
    ]);
    expect(every(36 * hour, 'UTC', '1970-01-01', '1970-01-05').map((at) => at.slice(0, 13))).toEqual([
      '1970-01-01T00',
      '1970-01-02T12',
      '1970-01-04T00',
    ]);
  });
});

describe('whatever the timetable', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Sao_Paulo',
  );
  const expressions = fc
    .tuple(few(59), fc.oneof(few(23), fc.constant('*')), fc.constantFrom('* * *', '* * 1', '1,15 * *', '* 3,10 *'))
    .map((parts) => parts.join(' '));
  const timetables: fc.Arbitrary<Timetable> = fc.oneof(
    fc.tuple(expressions, zones).map(([expression, timezone]) => cronSchedule('any', expression, { timezone })),
    fc
      .tuple(fc.integer({ min: 1, max: 4000 }), zones)
      .map(([minutes, timezone]) => everySchedule('any', minutes * minute, { timezone })),
  );
  const instants = fc.integer({ min: Date.UTC(2016), max: Date.UTC(2027) });

  test('two windows side by side hold what one window over both holds', () => {
    fc.assert(
      fc.property(
        timetables,
        instants,
        fc.integer({ min: 1, max: 10 * day }),
        fc.integer({ min: 1, max: 10 * day }),
        (timetable, from, first, second) => {
          const middle = from + first;
          const until = middle + second;
          const halves = [
            ...timesWithin(timetable, { from, until: middle }),
            ...timesWithin(timetable, { from: middle, until }),
          ];
          expect(halves).toEqual(timesWithin(timetable, { from, until }));
        },
      ),
    );
  });

  test('times ascend; next and previous find the neighbours', () => {
    fc.assert(
      fc.property(timetables, instants, (timetable, at) => {
        const next = nextTime(timetable, at) ?? Number.NaN;
        expect(next).toBeGreaterThan(at);
        expect(timesWithin(timetable, { from: at + 1, until: next })).toEqual([]);
        expect(previousTime(timetable, next)).toBe(next);
      }),
    );
  });

  test('up to a day, every never leaves a longer gap than its period', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1439 }), zones, instants, (minutes, timezone, from) => {
        const times = timesWithin(everySchedule('any', minutes * minute, { timezone }), {
          from,
          until: from + 3 * day,
        });
        const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
        expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(minutes * minute);
      }),
    );
  });

  test('a daily time runs once on each day of the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1439 }), zones, instants, (time, timezone, from) => {
        const expression = `${time % 60} ${Math.floor(time / 60)} * * *`;
        const times = timesWithin(cronSchedule('any', expression, { timezone }), { from, until: from + 400 * day });
        const days = times.map((at) => Math.floor(wallTimeAt(timezone, at) / day));
        expect(new Set(days).size).toBe(times.length);
        expect((days.at(-1) ?? 0) - (days[0] ?? 0)).toBe(times.length - 1);
      }),
      { numRuns: 40 },
    );
  });
});

function cron(expression: string, timezone: string, from: string, until: string): readonly string[] {
  return shown(cronSchedule('any', expression, { timezone }), from, until);
}

function every(ms: number, timezone: string, from: string, until: string): readonly string[] {
  return shown(everySchedule('any', ms, { timezone }), from, until);
}

/** `from` and `until` are wall times of the zone. */
function shown(timetable: Timetable, from: string, until: string): readonly string[] {
  const { timezone } = timetable;
  const window = { from: wall(from) - day, until: wall(until) + day };
  return timesWithin(timetable, window)
    .filter((at) => wallTimeAt(timezone, at) >= wall(from) && wallTimeAt(timezone, at) < wall(until))
    .map((at) => formatInstant(at, timezone));
}

function wall(text: string): number {
  return Date.parse(text.includes('T') ? `${text}:00Z` : `${text}T00:00:00Z`);
}

function few(max: number): fc.Arbitrary<string> {
  return fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 }).map((list) => list.join(','));
}
