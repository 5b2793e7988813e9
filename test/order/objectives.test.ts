import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { judgeObjectives, type ObjectiveReport, type SystemFacts } from '../../src/order/objectives.ts';
import { longestGap } from '../../src/order/objectives/gaps.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import type { Schedule, System } from '../../src/plan/model/system.ts';
import { timesWithin } from '../../src/schedule/recurrence.ts';
import { cronSchedule, everySchedule, samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('rpo: the longest gap in a year plus the duration of a backup', () => {
  test('every four hours, a backup takes six minutes', () => {
    const report = judge(
      { schedules: [everySchedule('frequent', 4 * hour)], rpo: 6 * hour },
      { measuredBackupMs: 6 * minute },
    );
    expect(report.rpo).toEqual({
      copies: [],
      target: 6 * hour,
      worst: 4 * hour + 6 * minute,
      verdict: 'met',
      reasons: [
        'longest gap between due backups in a year: 4h, from 2026-11-20 08:00:00 +00:00 to 2026-11-20 12:00:00 +00:00',
        'the last backup took 6m',
      ],
    });
  });

  test('a daily backup leaves 25 hours on the day when the clock goes back', () => {
    const berlin = { timezone: 'Europe/Berlin' };
    expect(judge({ schedules: [cronSchedule('daily', '0 3 * * *', berlin)], rpo: day }).rpo).toMatchObject({
      worst: 25 * hour,
      verdict: 'violated',
    });
    expect(judge({ schedules: [cronSchedule('daily', '0 3 * * *')], rpo: day }).rpo).toMatchObject({
      worst: day,
      verdict: 'at-risk',
    });
  });

  test('all schedules of a system count together', () => {
    const schedules = [cronSchedule('workdays', '0 20 * * 1-5'), cronSchedule('weekly', '0 8 * * 6')];
    expect(judge({ schedules, rpo: 3 * day }).rpo.worst).toBe(2.5 * day);
  });

  test('a yearly backup', () => {
    expect(judge({ schedules: [cronSchedule('yearly', '0 0 1 1 *')], rpo: 400 * day }).rpo).toMatchObject({
      worst: 365 * day,
      verdict: 'at-risk',
    });
  });

  test('without a schedule, a source or a target', () => {
    expect(judge({ rpo: day }).rpo).toMatchObject({
      worst: undefined,
      verdict: 'violated',
      reasons: ['no schedule backs it up'],
    });
    expect(judge({ rpo: day, source: undefined, storage: undefined }).rpo.verdict).toBe('unknown');
    const untargeted = judge({ schedules: [everySchedule('often', hour)] }).rpo;
    expect(untargeted).toMatchObject({ worst: hour, verdict: 'unknown' });
    expect(untargeted.reasons[0]).toBe('it has no rpo');
  });

  test('whatever the schedules: no longer stretch of the year is without a due time', () => {
    const schedule = fc.oneof(
      fc
        .tuple(few(59), few(23), fc.constantFrom('* * *', '* * 1,3', '1 * *'))
        .map((parts) => cronSchedule('c', parts.join(' '), { timezone: 'Europe/Berlin' })),
      fc
        .integer({ min: 1, max: 72 })
        .map((hours) => everySchedule('e', hours * hour, { timezone: 'Australia/Lord_Howe' })),
    );
    fc.assert(
      fc.property(
        fc.array(schedule, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 365 }),
        (schedules, offset) => {
          const gap = longestGap(schedules, now);
          const length = (gap?.until ?? 0) - (gap?.from ?? 0);
          const from = now + offset * day;
          const times = schedules.flatMap((one) => timesWithin(one, { from, until: from + length + 1 }));
          expect(times.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('rto: the critical path through the needs', () => {
  test('what goes at once does not add up', () => {
    const reports = judgeAll([
      sampleSystem('network', { recovery: estimate(10 * minute) }),
      sampleSystem('orders', { needs: ['network'], recovery: estimate(20 * minute) }),
      sampleSystem('mail', { needs: ['network'], recovery: estimate(5 * minute) }),
      sampleSystem('web', {
        needs: ['orders', 'mail'],
        recovery: estimate(2 * minute),
        objectives: objectives({ rto: hour }),
      }),
    ]);
    expect(reports.get('web')?.rto).toEqual({
      target: hour,
      estimate: 32 * minute,
      basis: 'plan',
      verdict: 'met',
      reasons: [
        'recovery takes 32m: network 10m (estimate), then orders 20m (estimate), then web 2m (estimate)',
        'not all of it was measured: a restore of each system would replace its estimate',
      ],
    });
  });

  test('a measured restore replaces the estimate', () => {
    const system = sampleSystem('web', { recovery: estimate(minute), objectives: objectives({ rto: 30 * minute }) });
    const { rto } = one(judgeAll([system], { web: { measuredRestoreMs: 40 * minute } }), 'web');
    expect(rto).toMatchObject({
      estimate: 40 * minute,
      basis: 'measured',
      verdict: 'violated',
      reasons: ['recovery takes 40m: web 40m (measured)'],
    });
  });

  test('a need of which nothing is known makes it unknown, unless the rest takes too long already', () => {
    const systems = (rto: number): readonly System[] => [
      sampleSystem('proxy'),
      sampleSystem('web', { needs: ['proxy'], recovery: estimate(20 * minute), objectives: objectives({ rto }) }),
    ];
    const unknown = one(judgeAll(systems(hour)), 'web').rto;
    expect(unknown).toMatchObject({ estimate: undefined, basis: 'none', verdict: 'unknown' });
    expect(unknown.reasons.at(-1)).toBe('missing: a measured restore or recovery.estimate of proxy');
    expect(one(judgeAll(systems(10 * minute)), 'web').rto.verdict).toBe('violated');
  });

  test('more than four fifths of the target is a risk', () => {
    expect([80, 81, 100, 101].map(rtoVerdictOf)).toEqual(['met', 'at-risk', 'at-risk', 'violated']);
  });
});

describe('copies', () => {
  const storage = [
    sampleStorage('a', { location: 'here' }),
    sampleStorage('b', { location: 'there' }),
    sampleStorage('c', { location: 'here' }),
    sampleStorage('d'),
  ];
  const judgeCopies = (copies: readonly string[], schedules: readonly Schedule[] = []): ObjectiveReport['copies'] =>
    one(
      judgeAll(
        [sampleSystem('web', { schedules, storage: { to: 'a', copies }, objectives: objectives({ copies: 2 }) })],
        {},
        { storage },
      ),
      'web',
    ).copies;

  test('count storage targets and locations', () => {
    expect(judgeCopies(['b'])).toEqual({
      target: 2,
      storage: ['a', 'b'],
      locations: ['here', 'there'],
      offsite: ['b'],
      immutable: [],
      lacks: ['immutable'],
      verdict: 'met',
      reasons: [
        'each backup is on 2 storage targets (a, b)',
        'in 2 locations (here, there)',
        "of the rule 3-2-1-1-0 it lacks a target that can't be changed",
      ],
    });
    expect(judgeCopies([]).verdict).toBe('violated');
  });

  test('copies in one room are a risk; an unnamed location is not held against them', () => {
    expect(judgeCopies(['c']).verdict).toBe('at-risk');
    expect(judgeCopies(['d']).verdict).toBe('met');
  });

  test('the schedule with the fewest decides', () => {
    expect(judgeCopies(['b'], [everySchedule('x', hour), everySchedule('y', hour, { to: 'b' })])).toMatchObject({
      storage: ['b'],
      verdict: 'violated',
    });
  });
});

describe('proof', () => {
  test('expires with its age', () => {
    expect([20, 25, 31].map((days) => proofVerdict({ lastProvenRestoreAt: now - days * day }))).toEqual([
      'met',
      'at-risk',
      'violated',
    ]);
  });

  test('none yet: unknown, and violated once the backups are older than the target', () => {
    expect(proofVerdict({})).toBe('unknown');
    expect(proofVerdict({ firstBackupAt: now - 29 * day })).toBe('unknown');
    expect(proofVerdict({ firstBackupAt: now - 31 * day })).toBe('violated');
  });
});

describe('scale', () => {
  test('5,000 systems in one chain, with many timetables', () => {
    const systems = Array.from({ length: 5000 }, (_, index) =>
      sampleSystem(`s${index}`, {
        needs: index === 0 ? [] : [`s${index - 1}`],
        schedules: [cronSchedule('daily', `${index % 60} ${index % 24} * * *`, { timezone: 'Europe/Berlin' })],
        recovery: estimate(1000),
        objectives: objectives({ rto: 2 * hour, rpo: 2 * day }),
      }),
    );
    const reports = judgeAll(systems);
    expect(one(reports, 's4999').rto).toMatchObject({ estimate: 5000 * 1000, verdict: 'met' });
    expect(one(reports, 's4999').rpo.worst).toBe(25 * hour);
  });
});

type Parts = Partial<System> & { readonly rpo?: number; readonly proof?: number };

function judge({ rpo, proof, ...parts }: Parts, facts: SystemFacts = {}): ObjectiveReport {
  const wanted = objectives({ ...(rpo === undefined ? {} : { rpo }), ...(proof === undefined ? {} : { proof }) });
  return one(judgeAll([sampleSystem('web', { ...parts, objectives: wanted })], { web: facts }), 'web');
}

function judgeAll(
  systems: readonly System[],
  facts: Readonly<Record<string, SystemFacts>> = {},
  parts: Parameters<typeof samplePlan>[0] = {},
): ReadonlyMap<string, ObjectiveReport> {
  const plan: Plan = samplePlan({ ...parts, systems });
  const reports = judgeObjectives(plan, { now, facts: (system) => facts[system] ?? {} });
  return new Map(reports.map((report) => [report.system, report]));
}

function one(reports: ReadonlyMap<string, ObjectiveReport>, name: string): ObjectiveReport {
  const report = reports.get(name);
  if (!report) throw new Error(`no report on ${name}`);
  return report;
}

function estimate(ms: number): System['recovery'] {
  return { estimate: ms, runbook: undefined };
}

function objectives(parts: Partial<System['objectives']>): System['objectives'] {
  return { rto: undefined, rpo: undefined, proof: undefined, copies: undefined, ...parts };
}

function few(max: number): fc.Arbitrary<string> {
  return fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: 3 }).map((list) => list.join(','));
}

/** Of a system that takes so many minutes where 100 are allowed. */
function rtoVerdictOf(minutes: number): string {
  const system = sampleSystem('web', {
    recovery: estimate(minutes * minute),
    objectives: objectives({ rto: 100 * minute }),
  });
  return one(judgeAll([system]), 'web').rto.verdict;
}

function proofVerdict(facts: SystemFacts): string {
  return judge({ proof: 30 * day }, facts).proof.verdict;
}
