import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { formatTime, parseTime } from '../../../src/vault/tree/timestamp.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const summer = 1_751_364_000n * 1_000_000_000n;

describe('times are written as Go does', () => {
  test.each([
    ['UTC', summer, '2025-07-01T10:00:00Z'],
    ['Europe/Berlin', summer, '2025-07-01T12:00:00+02:00'],
    ['Europe/Berlin', summer - 15_552_000_000_000_000n, '2025-01-02T11:00:00+01:00'],
    ['America/St_Johns', summer, '2025-07-01T07:30:00-02:30'],
    ['UTC', 1n, '1970-01-01T00:00:00.000000001Z'],
    ['UTC', 120_000_000n, '1970-01-01T00:00:00.12Z'],
    ['UTC', -1n, '1969-12-31T23:59:59.999999999Z'],
    ['UTC', 4_102_444_800n * 1_000_000_000n, '2100-01-01T00:00:00Z'],
    // Local mean time has seconds, which the format would lose.
    ['Europe/Berlin', -2_840_140_800n * 1_000_000_000n, '1880-01-01T00:00:00Z'],
    ['UTC', -(10n ** 21n), '0000-01-01T00:00:00Z'],
    ['UTC', 10n ** 21n, '9999-12-31T23:59:59.999999999Z'],
  ])('%s %d', (tz, time, text) => {
    process.env['TZ'] = tz;
    expect(formatTime(time)).toBe(text);
  });

  test.each(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'])('every instant comes back in %s', (tz) => {
    process.env['TZ'] = tz;
    const instants = fc.bigInt({ min: -62_167_219_200_000_000_000n, max: 253_402_300_799_999_999_999n });
    fc.assert(
      fc.property(instants, (time) => {
        expect(parseTime(formatTime(time))).toBe(time);
      }),
    );
  });

  test('a usual time and the same with an offset of nothing, which is read in another way, are one', () => {
    const day = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const digits = fc.stringMatching(/^\d{1,12}$/);
    fc.assert(
      fc.property(day, digits, (date, fraction) => {
        const text = `${date.toISOString().slice(0, 19)}.${fraction}`;
        expect(parseTime(`${text}Z`)).toBe(parseTime(`${text}+00:00`));
      }),
    );
    for (const text of [
      '2025-02-1xT00:00:00Z',
      '2025-02-11T24:00:01Z',
      '2025-02-11T00:61:00Z',
      '2025-02-11T00:00:00.Z',
    ])
      expect([text, parseTime(text)]).toStrictEqual([text, undefined]);
  });

  test('other offsets and no times are told apart', () => {
    expect(parseTime('2025-07-01T12:00:00.5+02:00')).toBe(summer + 500_000_000n);
    expect(parseTime('0001-01-01T00:00:00Z')).toBe(-62_135_596_800n * 1_000_000_000n);
    for (const text of ['', 'today', '2025-07-01', '2025-13-01T00:00:00Z', '2025-07-01T10:00:00'])
      expect(parseTime(text)).toBeUndefined();
  });
});
