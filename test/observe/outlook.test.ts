import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outlookOf, type OutlookFacts } from '../../src/observe/outlook.ts';
import { ageNote, costNote, costText, fullText, growthText } from '../../src/observe/text/storage.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 20, 12);
const gib = 2 ** 30;

const price = { currency: 'EUR', storage: 0.01, download: 0.02, requests: 0.005 };

function facts(bytesByAge: readonly (readonly [days: number, bytes: number])[], parts: Partial<OutlookFacts> = {}) {
  const sizes = bytesByAge.map(([days, bytes]) => ({ at: now - days * day, bytes }));
  return { storage: { capacity: 100 * gib, price: undefined }, sizes, backups: 0, now, ...parts };
}

describe('growth', () => {
  test('of a steady growth is that, and the capacity is reached when it is', () => {
    const outlook = outlookOf(facts([9, 6, 3, 0].map((age) => [age, (60 - age) * gib] as const)));
    expect(Math.round(outlook.growth ?? 0)).toBe(gib);
    expect(Math.round(((outlook.fullAt ?? 0) - now) / day)).toBe(40);
    expect([growthText(outlook), fullText(outlook, 'UTC')]).toEqual(['+1.0 GiB a day', '2026-12-30']);
  });

  test('is not known from less than a day, and what is older than 30 days is no part of it', () => {
    expect(
      outlookOf(
        facts([
          [0.5, 1],
          [0, 9],
        ]),
      ).growth,
    ).toBeUndefined();
    expect(
      outlookOf(
        facts([
          [200, 99 * gib],
          [10, gib],
          [0, gib],
        ]),
      ).growth,
    ).toBeCloseTo(0);
    expect(outlookOf(facts([])).used).toBeUndefined();
  });

  test('what shrinks is never full, and what is full is so now', () => {
    const shrinking = outlookOf(
      facts([
        [2, 5 * gib],
        [0, 3 * gib],
      ]),
    );
    expect([shrinking.fullAt, growthText(shrinking)]).toEqual([undefined, '-1.0 GiB a day']);
    expect(outlookOf(facts([[0, 101 * gib]])).fullAt).toBe(now);
  });

  test('lies between the smallest and the largest slope of any two figures', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 0, max: 1e12 })), {
      selector: ([age]) => age,
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(points, (found) => {
        const ordered = found.toSorted(([a], [b]) => b - a);
        const slopes = ordered.flatMap(([age, bytes], at) =>
          ordered.slice(at + 1).map(([later, more]) => (more - bytes) / (age - later)),
        );
        const growth = outlookOf(facts(ordered)).growth ?? Number.NaN;
        expect(growth).toBeGreaterThanOrEqual(Math.min(...slopes) - 1);
        expect(growth).toBeLessThanOrEqual(Math.max(...slopes) + 1);
      }),
    );
  });
});

describe('cost', () => {
  test('is that of what is kept, of the requests of backups, and of reading it once', () => {
    const storage = { capacity: undefined, price };
    const outlook = outlookOf(
      facts(
        [
          [10, 90 * gib],
          [0, 100 * gib],
        ],
        { storage, backups: 300 },
      ),
    );
    // 100 GiB, and 300 backups of 5 requests with 1 GiB of packs a day.
    const requests = ((30.44 * 64 + 1500) / 1000) * 0.005;
    expect(outlook.cost?.perMonth).toBeCloseTo(1 + requests);
    expect(outlook.cost?.perMonthInAYear).toBeCloseTo(4.65 + requests);
    expect(outlook.cost?.restore).toBeCloseTo(2);
    expect(costText(outlook)).toBe('1.02 EUR a month');
    expect(costNote('offsite', outlook)).toEqual([
      'offsite: about 4.67 EUR a month in a year at this growth, 2.00 EUR to read all of it once',
    ]);
  });

  test('is not stated where nothing was measured, or there is no price', () => {
    expect(outlookOf(facts([], { storage: { capacity: 1, price } })).cost).toBeUndefined();
    expect(costText(outlookOf(facts([[0, 1]])))).toBe('–');
  });
});

test('a figure that is not of now says so', () => {
  const outlook = outlookOf(facts([[0.25, 1]]));
  expect(ageNote('offsite', outlook, now)).toEqual(['offsite: as measured 6h ago']);
  expect(ageNote('offsite', outlookOf(facts([[0, 1]])), now)).toEqual([]);
});
