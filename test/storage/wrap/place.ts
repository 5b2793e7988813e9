import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';

/** A store in a folder that goes when the test ends. */
export function localStore(): ObjectStore {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return openLocalStore({ folder });
}

export interface LeapingClock extends Clock {
  /** What was slept, in order. */
  readonly slept: number[];
}

/** Sleeping takes no time: the clock leaps. */
export function leapingClock(start = Date.parse('2026-03-02T12:00:00Z')): LeapingClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}
