import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransferLimit } from '../../../src/plan/model/storage.ts';
import { withLimit } from '../../../src/storage/wrap/limit.ts';
import { createSpeedLimit, type Tap } from '../../../src/storage/wrap/speed.ts';
import { leapingClock, localStore } from './place.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');

function limitOf(limit: Partial<TransferLimit>): TransferLimit {
  return { upload: undefined, download: undefined, window: undefined, ...limit };
}

describe('speed', () => {
  test('is kept whatever is taken, and hardly less is given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 10_000_000 }),
        fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 50 }),
        async (rate, takes) => {
          const clock = leapingClock();
          const { upload } = createSpeedLimit(limitOf({ upload: rate }), clock);
          const begun = clock.now();
          for (const bytes of takes) await upload.take(bytes);
          const last = takes.at(-1) ?? 0;
          const taken = takes.reduce((sum, bytes) => sum + bytes, 0);
          const seconds = (clock.now() - begun) / 1000;
          // What was taken last is still owed; a quarter of a second's worth was there at the start.
          expect(taken - last).toBeLessThanOrEqual(rate * (seconds + 0.25) + 1);
          expect(seconds).toBeLessThanOrEqual(taken / rate + 0.002 * takes.length);
        },
      ),
    );
  });

  test('one that wants much is not overtaken for ever: first come, first served', async () => {
    const clock = leapingClock();
    const { upload } = createSpeedLimit(limitOf({ upload: 1000 }), clock);
    const order: number[] = [];
    await Promise.all([3000, 1, 500, 1].map((bytes, i) => upload.take(bytes).then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('upload and download are apart, and what has no limit never waits', async () => {
    const clock = leapingClock();
    const { upload, download } = createSpeedLimit(limitOf({ upload: 10 }), clock);
    await download.take(1e9);
    expect(clock.slept).toEqual([]);
    await upload.take(100);
    await upload.take(100);
    expect(clock.now() - noon).toBeGreaterThan(9000);
  });

  test('whoever is stopped waits no more, and leaves the turn to the next', async () => {
    const clock = leapingClock();
    const { upload } = createSpeedLimit(limitOf({ upload: 10 }), clock);
    await upload.take(100);
    await upload.take(1, AbortSignal.abort());
    expect(clock.slept).toEqual([]);
    await upload.take(1);
  });

  describe('in a window', () => {
    const window = { from: 8 * 60, until: 18 * 60, timezone: 'Europe/Berlin' };
    const secondsFor = async (at: string, ends = window): Promise<number> => {
      const clock = leapingClock(Date.parse(at));
      const { upload } = createSpeedLimit(limitOf({ upload: 100, window: ends }), clock);
      for (let i = 0; i < 60; i += 1) await upload.take(100);
      return Math.round((clock.now() - Date.parse(at)) / 1000);
    };

    test('it is limited, by the clock of the zone, and outside it is not', async () => {
      expect(await secondsFor('2026-03-02T06:59:00Z')).toBe(0);
      expect(await secondsFor('2026-03-02T07:00:00Z')).toBeGreaterThan(55);
      expect(await secondsFor('2026-03-02T16:59:00Z')).toBeGreaterThan(55);
      expect(await secondsFor('2026-03-02T17:00:00Z')).toBe(0);
      // In summer everything is an hour earlier in UTC.
      expect(await secondsFor('2026-07-02T06:00:00Z')).toBeGreaterThan(55);
      expect(await secondsFor('2026-07-02T16:00:00Z')).toBe(0);
    });

    test('whoever waits goes at once when it ends', async () => {
      expect(await secondsFor('2026-03-02T16:59:50Z')).toBe(10);
    });

    test('it may go over midnight, and equal ends are the whole day', async () => {
      const night = { from: 22 * 60, until: 6 * 60, timezone: 'UTC' };
      expect(await secondsFor('2026-03-02T23:30:00Z', night)).toBeGreaterThan(55);
      expect(await secondsFor('2026-03-02T05:30:00Z', night)).toBeGreaterThan(55);
      expect(await secondsFor('2026-03-02T12:00:00Z', night)).toBe(0);
      expect(await secondsFor('2026-03-02T12:00:00Z', { from: 0, until: 0, timezone: 'UTC' })).toBeGreaterThan(55);
    });
  });
});

describe('a store with a limit', () => {
  test('writes and reads everything as it is, in the time that it takes', async () => {
    const clock = leapingClock();
    const limit = limitOf({ upload: 100_000, download: 200_000 });
    const store = withLimit(localStore(), { speed: createSpeedLimit(limit, clock) });
    const content = randomBytes(500_000);
    await store.put('a', content);
    expect(clock.now() - noon).toBeGreaterThan(3900);
    const middle = clock.now();
    expect(await store.get('a')).toEqual(content);
    expect(clock.now() - middle).toBeGreaterThan(1900);
    const writer = await store.writer();
    await writer.write(content);
    await writer.commit('b');
    expect(await store.size('b')).toBe(500_000);
    expect(await store.putNew('b', content)).toBe(false);
  });

  test('reads every range right', async () => {
    const content = randomBytes(300_000);
    const inner = localStore();
    await inner.put('a', content);
    await fc.assert(
      fc.asyncProperty(fc.nat(310_000), fc.nat(310_000), async (offset, length) => {
        const store = withLimit(inner, { speed: createSpeedLimit(limitOf({ download: 1000 }), leapingClock()) });
        const read = await store.get('a', { offset, length });
        expect(read.equals(content.subarray(offset, offset + length))).toBe(true);
      }),
      { numRuns: 40 },
    );
    await expect(
      withLimit(inner, { speed: createSpeedLimit(limitOf({ download: 1000 }), leapingClock()) }).get('none'),
    ).rejects.toMatchObject({ code: 'object-missing' });
  });

  test('is shared by all stores that were given it', async () => {
    const clock = leapingClock();
    const speed = createSpeedLimit(limitOf({ upload: 1000 }), clock);
    const inner = localStore();
    const stores = [withLimit(inner, { speed }), withLimit(inner, { speed })];
    await Promise.all(stores.flatMap((store, i) => [1, 2, 3].map((n) => store.put(`${i}-${n}`, randomBytes(1000)))));
    expect(clock.now() - noon).toBeGreaterThan(4900);
  });

  test('large ones go in pieces of a quarter of a second', async () => {
    const taken: number[] = [];
    const tap: Tap = { piece: 100, take: async (bytes) => void taken.push(bytes) };
    const store = withLimit(localStore(), { speed: { upload: tap, download: tap } });
    await store.put('a', randomBytes(250));
    await store.get('a');
    expect(taken).toEqual([100, 100, 50, 100, 100, 50]);
  });
});
