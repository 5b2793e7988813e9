import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

const day = 86_400_000;

describe('sleeping', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('longer than one timer can wait lasts as long as was asked', async () => {
    let isOver = false;
    const sleep = systemClock.sleep(60 * day).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(60 * day - 1);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleep;
    expect(isOver).toBe(true);
  });

  test('ends with the reason of the signal, at once or on the way', async () => {
    const stop = new AbortController();
    const sleep = systemClock.sleep(60 * day, stop.signal);
    await vi.advanceTimersByTimeAsync(30 * day);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(systemClock.sleep(1, stop.signal)).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });
});
