import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { BackupRecord } from '../../src/base/backup.ts';
import type { Retention, RetentionCounts } from '../../src/plan/model/system.ts';
import { decide, type RetentionDecision } from '../../src/retention/decide.ts';
import {
  cronSchedule,
  sampleBackup,
  samplePlan,
  sampleRetention,
  sampleStorage,
  sampleSystem,
} from '../sample-plan.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 20, 12);

describe('what counts', () => {
  test('a schedule that stopped years ago deletes nothing', () => {
    const decisions = decideFor({ daily: 3 }, [
      sampleBackup('web', now - 900 * day),
      sampleBackup('web', now - 901 * day),
    ]);
    expect(decisions.map(({ action }) => action)).toEqual(['keep', 'keep']);
  });

  test('a backup dated in the future is kept and uses no slot', () => {
    const decisions = decideFor({ last: 1 }, [sampleBackup('web', now + day), sampleBackup('web', now - day)]);
    expect(decisions.map(({ action, reasons }) => [action, reasons[0]])).toEqual([
      ['keep', 'dated in the future: kept, takes no slot'],
      ['keep', 'last: newest (1 of 1)'],
    ]);
  });

  test('a partial backup is kept until a complete one follows, and is never the reason to delete a complete one', () => {
    const complete = sampleBackup('web', now - 2 * day);
    const partial = sampleBackup('web', now - day, { status: 'partial' });
    expect(actions(decideFor({ last: 1 }, [complete, partial]))).toEqual(['keep', 'keep']);
    const follower = sampleBackup('web', now);
    expect(actions(decideFor({ last: 2 }, [complete, partial, follower]))).toEqual(['keep', 'delete', 'keep']);
  });

  test('an empty backup does not push out the last one that holds something', () => {
    const backups = [sampleBackup('web', now - day), sampleBackup('web', now, { files: 0, bytesTotal: 0 })];
    expect(decideFor({ last: 1 }, backups).map(({ reasons }) => reasons)).toEqual([
      ['empty: kept until a complete backup follows'],
      ['last: newest (1 of 1)', 'minimum: one of the newest 1'],
    ]);
  });

  test('systems and schedules are scopes of their own', () => {
    const backups = ['weekly', 'daily', undefined].map((schedule, index) =>
      sampleBackup('web', now - index * day, { schedule }),
    );
    expect(actions(decideFor({ last: 1 }, [...backups, sampleBackup('mail', now - 9 * day)]))).toEqual([
      'keep',
      'keep',
      'keep',
      'keep',
    ]);
  });

  test('the retention of a schedule replaces that of its system', () => {
    const schedule = cronSchedule('archive', '0 0 1 1 *', { retention: 'long' });
    const plan = samplePlan({
      systems: [sampleSystem('web', { retention: 'short', schedules: [schedule] })],
      retention: [sampleRetention('short', { last: 1 }), sampleRetention('long', { last: 5 })],
    });
    const backups = [0, 1, 2].flatMap((age) => [
      sampleBackup('web', now - age * day, { schedule: 'archive' }),
      sampleBackup('web', now - age * day - 1),
    ]);
    expect(actions(decide(plan, backups, now))).toEqual(['keep', 'keep', 'keep', 'keep', 'delete', 'delete']);
  });

  test('what the plan says nothing about is kept', () => {
    const backups = [sampleBackup('gone', now - 5000 * day), sampleBackup('kept', now - 5000 * day)];
    const decisions = decide(samplePlan({ systems: [sampleSystem('kept')] }), backups, now);
    expect(decisions.map(({ reasons }) => reasons)).toEqual([
      ['the plan has no system gone: nothing decides about it'],
      ['kept has no retention: everything is kept'],
    ]);
  });
});

describe('rules', () => {
  test('days are those of the plan: a backup at 23:30 in Berlin is not of the next day', () => {
    const backups = [
      sampleBackup('web', Date.parse('2026-06-01T21:30:00Z')),
      sampleBackup('web', Date.parse('2026-06-01T22:30:00Z')),
    ];
    const keep = { daily: 1 };
    expect(actions(decideFor(keep, backups, { timezone: 'UTC' }))).toEqual(['keep', 'delete']);
    expect(decideFor({ daily: 2 }, backups, { timezone: 'Europe/Berlin' }).map(({ reasons }) => reasons[0])).toEqual([
      'daily: newest of 2026-06-02 (1 of 2)',
      'daily: newest of 2026-06-01 (2 of 2)',
    ]);
  });

  test('weeks are those of ISO 8601: 1 January 2027 lies in the last week of 2026', () => {
    const backups = ['2027-01-04', '2027-01-03', '2027-01-01', '2026-12-28'].map((date) =>
      sampleBackup('web', Date.parse(date)),
    );
    const reasons = decideFor({ weekly: 4 }, backups, { at: Date.UTC(2027, 1) }).map((decision) =>
      decision.reasons.at(-1),
    );
    expect(reasons).toEqual([
      'minimum: one of the newest 1',
      'weekly: newest of 2026-W53 (2 of 4)',
      'weekly: 2026-W53 has a newer backup',
      'weekly: oldest, fills a free slot (3 of 4)',
    ]);
  });

  test('quarters', () => {
    const backups = ['2026-11-01', '2026-10-01', '2026-09-30', '2026-01-01'].map((date) =>
      sampleBackup('web', Date.parse(date)),
    );
    expect(actions(decideFor({ quarterly: 3 }, backups))).toEqual(['keep', 'delete', 'keep', 'keep']);
  });

  test('within goes back on the calendar from the newest backup', () => {
    const backups = ['2026-03-31T00:00:00Z', '2026-03-03T00:00:01Z', '2026-03-03T00:00:00Z'].map((date) =>
      sampleBackup('web', Date.parse(date)),
    );
    const decisions = decideFor({ within: { months: 1, ms: 0 } }, backups);
    expect(actions(decisions)).toEqual(['keep', 'keep', 'delete']);
    expect(decisions[2]?.reasons).toEqual(['no rule of policy keeps it', 'within: older than 1mo before the newest']);
  });

  test('the newest `minimum` backups stay', () => {
    const backups = [0, 100, 200, 300].map((age) => sampleBackup('web', now - age * day));
    expect(actions(decideFor({ within: { months: 0, ms: day } }, backups, { minimum: 3 }))).toEqual([
      'keep',
      'keep',
      'keep',
      'delete',
    ]);
  });

  test('a deletion says what each rule answered', () => {
    const backups = [0, 1, 2, 3].map((hours) => sampleBackup('web', now - hours * 3_600_000));
    expect(decideFor({ last: 1, daily: 2 }, backups)[1]?.reasons).toEqual([
      'no rule of policy keeps it',
      'last: newer backups use its slots (1)',
      'daily: 2026-11-20 has a newer backup',
    ]);
  });
});

describe('whatever the history and the policy', () => {
  const counts = fc.record(
    Object.fromEntries(
      ['last', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'].map((rule) => [
        rule,
        fc.integer({ min: 1, max: 9 }),
      ]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<RetentionCounts>;
  const history = fc
    .uniqueArray(
      fc.record({
        at: fc.integer({ min: now - 800 * day, max: now + 10 * day }),
        status: fc.constantFrom('succeeded', 'succeeded', 'partial'),
      }),
      { selector: ({ at }) => at, maxLength: 60 },
    )
    .map((list) => list.map(({ at, status }) => sampleBackup('web', at, { status })));

  test('each backup gets one decision with a reason', () => {
    fc.assert(
      fc.property(history, counts, (backups, keep) => {
        const decisions = decideFor(keep, backups);
        expect(decisions.map(({ backup }) => backup).sort()).toEqual(backups.map(({ id }) => id).sort());
        expect(decisions.every(({ reasons }) => reasons.length > 0)).toBe(true);
      }),
    );
  });

  test('the newest complete backup is kept, and so are the newest `minimum`', () => {
    fc.assert(
      fc.property(history, counts, fc.integer({ min: 1, max: 5 }), (backups, keep, minimum) => {
        const complete = backups.filter(({ status, startedAt }) => status === 'succeeded' && startedAt <= now);
        const newest = complete.sort((a, b) => b.startedAt - a.startedAt).slice(0, minimum);
        const kept = keptBy(keep, backups, minimum);
        expect(newest.every(({ id }) => kept.has(id))).toBe(true);
      }),
    );
  });

  test('more slots never delete more', () => {
    fc.assert(
      fc.property(
        history,
        counts,
        fc.constantFrom<keyof RetentionCounts>('last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'),
        (backups, keep, rule) => {
          const before = keptBy(keep, backups, 1);
          const after = keptBy({ ...keep, [rule]: Number(keep[rule] ?? 0) + 1 }, backups, 1);
          expect([...before].every((id) => after.has(id))).toBe(true);
        },
      ),
    );
  });

  test('deciding again after the deletions keeps what was kept', () => {
    fc.assert(
      fc.property(history, counts, (backups, keep) => {
        const kept = keptBy(keep, backups, 1);
        const again = keptBy(
          keep,
          backups.filter(({ id }) => kept.has(id)),
          1,
        );
        expect(again).toEqual(kept);
      }),
    );
  });

  test('a later now deletes nothing that an earlier one kept, once no backup is in the future', () => {
    fc.assert(
      fc.property(history, counts, fc.integer({ min: 11, max: 9999 }), (backups, keep, days) => {
        const at = now + 11 * day;
        expect(actions(decideFor(keep, backups, { at: at + days * day }))).toEqual(
          actions(decideFor(keep, backups, { at })),
        );
      }),
    );
  });
});

describe('a storage target with a retention of its own', () => {
  const plan = samplePlan({
    systems: [sampleSystem('web', { retention: 'short' })],
    storage: [sampleStorage('primary'), sampleStorage('offsite'), sampleStorage('archive', { retention: 'long' })],
    retention: [sampleRetention('short', { last: 1 }), sampleRetention('long', { last: 3 })],
  });
  test('is decided about apart from all others, which are decided about together', () => {
    const backups = [5, 4, 3, 2, 1].map((days) =>
      sampleBackup('web', now - days * day, copies('primary', 'archive', 'offsite')),
    );
    const decisions = decide(plan, backups, now);
    const kept = (storage: string | undefined): number =>
      decisions.filter((each) => each.storage === storage && each.action === 'keep').length;
    expect([decisions.length, kept(undefined), kept('archive'), kept('offsite')]).toEqual([10, 1, 3, 0]);
  });

  test('has nothing decided about what it does not hold, and what only it holds is nobody else’s', () => {
    const backups = [
      sampleBackup('web', now - 2 * day, copies('archive')),
      sampleBackup('web', now - day, copies('primary')),
    ];
    expect(decide(plan, backups, now).map(({ storage, action }) => [storage, action])).toEqual([
      ['archive', 'keep'],
      [undefined, 'keep'],
    ]);
  });
});

function copies(...names: readonly string[]): Pick<BackupRecord, 'storage'> {
  return { storage: names.map((name) => ({ name, snapshot: 'ab', status: 'stored' })) };
}

interface Circumstances {
  readonly timezone?: string;
  readonly minimum?: number;
  readonly at?: number;
}

function decideFor(
  keep: Retention['keep'],
  backups: readonly BackupRecord[],
  circumstances: Circumstances = {},
): readonly RetentionDecision[] {
  const { timezone = 'UTC', minimum = 1, at = now } = circumstances;
  const systems = ['mail', 'web'].map((name) => sampleSystem(name, { retention: 'policy' }));
  return decide(samplePlan({ timezone, systems, retention: [sampleRetention('policy', keep, minimum)] }), backups, at);
}

function keptBy(keep: Retention['keep'], backups: readonly BackupRecord[], minimum: number): ReadonlySet<string> {
  const decisions = decideFor(keep, backups, { minimum });
  return new Set(decisions.filter(({ action }) => action === 'keep').map(({ backup }) => backup));
}

function actions(decisions: readonly RetentionDecision[]): readonly string[] {
  return decisions.map(({ action }) => action);
}
