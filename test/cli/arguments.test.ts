import * as fc from 'fast-check';
import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { dateTime, formatInstant } from '../../src/base/zone.ts';
import {
  countArgument,
  durationArgument,
  instantOf,
  momentOf,
  pairArgument,
  valuesOf,
  windowOf,
} from '../../src/cli/arguments.ts';

describe('instants', () => {
  test('are taken in the time zone of the plan unless they have an offset', () => {
    const at = Date.parse('2026-07-01T08:30:00Z');
    for (const text of [
      '2026-07-01 10:30',
      '2026-07-01T10:30:00',
      '2026-07-01T08:30Z',
      '2026-07-01T11:30:00+03:00',
      '2026-07-01 10:30:00 +02:00',
      ' 20260701T083000Z ',
    ])
      expect(instantOf(text, 'Europe/Berlin')).toBe(at);
  });

  test('are understood as muster prints them', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), zones, (seconds, zone) => {
        const at = seconds * 1000;
        expect(instantOf(dateTime(at, zone), 'Asia/Tokyo')).toBe(at);
        expect(instantOf(formatInstant(at, zone), 'Asia/Tokyo')).toBe(at);
      }),
    );
  });

  test.each(['', 'yesterday', '2026-13-01', '2026-02-30', '10:30 pm', '99999-01-01', '1'.repeat(10_000)])(
    '%j is none',
    (text) => expect(() => instantOf(text, 'UTC')).toThrow('is not an instant'),
  );

  test('may be the latest', () => {
    expect(momentOf(undefined, 'UTC')).toEqual({ kind: 'latest' });
    expect(momentOf('latest', 'UTC')).toEqual({ kind: 'latest' });
    expect(momentOf('1970-01-01', 'UTC')).toEqual({ kind: 'at', at: 0 });
  });
});

test('windows begin before they end, and are bounded', () => {
  expect(windowOf(0, 0)).toEqual({ from: 0, until: 0 });
  expect(() => windowOf(1, 0)).toThrow('ends before it begins');
  expect(() => windowOf(0, 11 * 366 * 86_400_000)).toThrow('longer than ten years');
});

test('durations, counts and pairs', () => {
  expect(durationArgument('1h30m')).toBe(5_400_000);
  expect(countArgument('20')).toBe(20);
  expect(pairArgument('cause=fire=water', { a: 'b' })).toEqual({ a: 'b', cause: 'fire=water' });
  expect(Object.keys(pairArgument('__proto__=x', undefined))).toEqual(['__proto__']);
  expect(valuesOf({ a: 'true', b: '-1.5', c: '1e3', d: '007x' })).toEqual({ a: true, b: -1.5, c: '1e3', d: '007x' });
  for (const bad of ['0', '-1', '1.5', '1e3', '', '9999999999'])
    expect(() => countArgument(bad)).toThrow(InvalidArgumentError);
  for (const bad of ['', '5', '5 m', '-5m']) expect(() => durationArgument(bad)).toThrow(InvalidArgumentError);
  for (const bad of ['', '=x', 'x']) expect(() => pairArgument(bad, undefined)).toThrow(InvalidArgumentError);
});
