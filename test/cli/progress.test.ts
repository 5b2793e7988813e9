import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { widthOf } from '../../src/base/width.ts';
import { progressLine } from '../../src/cli/progress/line.ts';
import { Transfer } from '../../src/cli/progress/transfer.ts';

const MiB = 1024 * 1024;

function progress(at: number, bytes: number, bytesTotal?: number) {
  const event = { type: 'progress', run: 'r', step: 's', files: 1, filesTotal: undefined } as const;
  return { ...event, at, bytes, bytesTotal };
}

describe('a line of progress', () => {
  const half = { elapsed: 5000, bytes: 50 * MiB, bytesTotal: 100 * MiB, rate: 10 * MiB };

  test('at 80 columns has the bar, the part, the bytes, the rate and the time left', () => {
    expect(progressLine('Restore website', half, 80)).toBe(
      'Restore website       ██████░░░░░░   50%    50.0 MiB    10.0 MiB/s  5s left',
    );
  });

  test('on narrow terminals gives up the bar first, the title last', () => {
    expect(progressLine('Restore website from its backup', half, 60)).toBe(
      'Restore website fro…    50.0 MiB    10.0 MiB/s  5s left',
    );
    expect(progressLine('Restore website from its backup', half, 40)).toBe('Restore website from its …  5s left');
    expect(progressLine('Restore website from its backup', half, 12)).toBe('Restore web…');
  });

  test('without a total shows bytes, rate and the time that has passed', () => {
    expect(progressLine('Back up orders', { ...half, bytesTotal: undefined }, 80)).toMatch(
      /^Back up orders {2,}50\.0 MiB {4}10\.0 MiB\/s {2}5s$/,
    );
    expect(progressLine('Probe', { elapsed: 61_400, bytes: 0, bytesTotal: undefined, rate: undefined }, 80)).toMatch(
      /^Probe +1m 1s$/,
    );
  });

  test('never breaks, steers the terminal, or says more than all', () => {
    const states = fc.record({
      elapsed: fc.nat(),
      bytes: fc.maxSafeNat(),
      bytesTotal: fc.option(fc.maxSafeNat(), { nil: undefined }),
      rate: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), states, fc.integer({ min: 1, max: 200 }), (title, state, columns) => {
        const line = progressLine(title, state, columns);
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/\p{Cc}/u);
        expect(Number(/(\d+)%/.exec(line.slice(title.length))?.[1] ?? 0)).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('the rate', () => {
  test('is that of the last ten seconds', () => {
    const transfer = new Transfer(0);
    for (let second = 1; second <= 60; second += 1) transfer.add(progress(second * 1000, second * MiB));
    for (let second = 61; second <= 80; second += 1)
      transfer.add(progress(second * 1000, (60 + (second - 60) * 5) * MiB));
    expect(transfer.state(80_000)).toEqual({ elapsed: 80_000, bytes: 160 * MiB, bytesTotal: undefined, rate: 5 * MiB });
  });

  test('is unknown at the beginning, after silence, and when a step begins anew', () => {
    const transfer = new Transfer(0);
    expect(transfer.state(0).rate).toBeUndefined();
    transfer.add(progress(100, MiB));
    expect(transfer.state(100).rate).toBeUndefined();
    transfer.add(progress(1000, 2 * MiB));
    expect(transfer.state(1000).rate).toBe(2 * MiB);
    expect(transfer.state(9000).rate).toBeUndefined();
    transfer.add(progress(10_000, 0, MiB));
    expect(transfer.state(10_000)).toMatchObject({ bytes: 0, bytesTotal: MiB, rate: undefined });
  });
});
