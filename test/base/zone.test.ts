import * as fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';

import { dateTime, firstInstantOf, formatInstant, instantsOf, offsetAt, wallTimeAt } from '../../src/base/zone.ts';

const hour = 3_600_000;
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Pacific/Apia',
);
const instants = fc.integer({ min: Date.UTC(1985), max: Date.UTC(2045) });

describe('formatInstant', () => {
  test('carries the offset of the zone at that instant', () => {
    expect(formatInstant(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25T02:30:00+02:00');
    expect(formatInstant(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25T02:30:00+01:00');
    expect(formatInstant(Date.parse('2026-01-01T00:00:00.250Z'), 'America/St_Johns')).toBe(
      '2025-12-31T20:30:00.250-03:30',
    );
    expect(formatInstant(0, 'UTC')).toBe('1970-01-01T00:00:00+00:00');
  });

  test('is the same instant when it is read again', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        expect(Date.parse(formatInstant(at, zone))).toBe(at);
      }),
    );
  });
});

test('for people an instant is shown to the second, with its offset', () => {
  expect(dateTime(Date.parse('2026-10-25T00:30:00.999Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30:00 +02:00');
  expect(dateTime(-1, 'UTC')).toBe('1969-12-31 23:59:59 +00:00');
  expect(dateTime(Date.UTC(12026, 0), 'UTC')).toBe('+012026-01-01 00:00:00 +00:00');
});

describe('offsets and wall times', () => {
  test('are those of luxon', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        expect(offsetAt(zone, at)).toBe(DateTime.fromMillis(at, { zone }).offset * 60_000);
      }),
    );
  });

  test('an instant is among those at which the clock shows its wall time', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const found = instantsOf(zone, wallTimeAt(zone, at));
        expect(found).toContain(at);
        expect(found[0]).toBe(firstInstantOf(zone, wallTimeAt(zone, at)));
      }),
    );
  });

  test('a repeated time has two instants, a skipped one none', () => {
    expect(instantsOf('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 30))).toEqual([
      Date.UTC(2026, 9, 25, 0, 30),
      Date.UTC(2026, 9, 25, 1, 30),
    ]);
    expect(instantsOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30))).toEqual([]);
    expect(firstInstantOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30))).toBe(Date.UTC(2026, 2, 29, 1));
  });

  test('a whole day may be skipped: Samoa had no 30 December 2011', () => {
    const at = firstInstantOf('Pacific/Apia', Date.UTC(2011, 11, 30, 12));
    expect(formatInstant(at, 'Pacific/Apia')).toBe('2011-12-31T00:00:00+14:00');
    expect(formatInstant(at - hour, 'Pacific/Apia')).toBe('2011-12-29T23:00:00-10:00');
  });
});
