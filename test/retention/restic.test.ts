import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { formatInstant } from '../../src/base/zone.ts';
import type { RetentionCounts } from '../../src/plan/model/system.ts';
import { decide } from '../../src/retention/decide.ts';
import { requireProgram } from '../require.ts';
import { sampleBackup, samplePlan, sampleRetention, sampleSystem } from '../sample-plan.ts';
import { ResticHistory } from './restic-history.ts';

describe.runIf(requireProgram('restic'))('the same history and policy give the same answer as restic forget', () => {
  let history: ResticHistory;
  beforeAll(() => {
    history = new ResticHistory();
  });
  afterAll(() => history.remove());

  test.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'])(
    'in %s',
    (timezone) => {
      fc.assert(
        fc.property(histories, policies, (times, counts) => {
          // With the offset that `restic backup` would have written there.
          history.write(times.map((at) => formatInstant(at, timezone)));
          const theirs = [...history.kept(resticOptions(counts), timezone)].sort(ascending);
          expect(keptByUs(times, counts, timezone)).toEqual(theirs);
        }),
        { numRuns: 60 },
      );
    },
  );
});

const start = Date.UTC(2023, 11, 20);
const hour = 3_600_000;

/** Whole minutes over two years and a bit; dense at the end, so that hours and days hold several. */
const histories = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 800 * 24 * 60 }), { maxLength: 40 }),
    fc.uniqueArray(fc.integer({ min: 675 * 24 * 60, max: 680 * 24 * 60 }), { minLength: 1, maxLength: 30 }),
  )
  .map(([sparse, dense]) => [...new Set([...sparse, ...dense])].map((minute) => start + minute * 60_000));

const slots = fc.integer({ min: 1, max: 12 });
const policies = fc
  .record(
    { last: slots, hourly: slots, daily: slots, weekly: slots, monthly: slots, yearly: slots, within: withins() },
    { requiredKeys: [] },
  )
  .filter((counts) => Object.keys(counts).length > 0);

function withins(): fc.Arbitrary<{ readonly months: number; readonly ms: number }> {
  return fc.record({
    months: fc.integer({ min: 0, max: 14 }),
    ms: fc.integer({ min: 1, max: 200 }).map((hours) => hours * hour),
  });
}

function resticOptions(counts: RetentionCounts): readonly string[] {
  return Object.entries(counts).flatMap(([rule, value]) => [
    `--keep-${rule}`,
    typeof value === 'number' ? `${value}` : within(value),
  ]);
}

function within({ months, ms }: { readonly months: number; readonly ms: number }): string {
  const hours = ms / hour;
  return `${Math.floor(months / 12)}y${months % 12}m${Math.floor(hours / 24)}d${hours % 24}h`;
}

function keptByUs(times: readonly number[], keep: RetentionCounts, timezone: string): readonly number[] {
  const systems = [sampleSystem('web', { retention: 'policy' })];
  const plan = samplePlan({ timezone, systems, retention: [sampleRetention('policy', keep)] });
  const decisions = decide(
    plan,
    times.map((at) => sampleBackup('web', at)),
    Math.max(...times),
  );
  return decisions
    .filter(({ action }) => action === 'keep')
    .map(({ startedAt }) => startedAt)
    .sort(ascending);
}

function ascending(a: number, b: number): number {
  return a - b;
}
