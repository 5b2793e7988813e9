import { describe, expect, test } from 'vitest';

import type { MusterEvent, MusterEventBody } from '../../src/journal/event.ts';
import type { RunRecord, StepRecord } from '../../src/journal/journal.ts';
import { renderReport } from '../../src/observe/report/markdown.ts';
import { recoveryReport, type RecoveryReport } from '../../src/observe/report/report.ts';
import type { Runbook } from '../../src/plan/model/runbook.ts';
import { sampleBackup, samplePlan, sampleSystem } from '../sample-plan.ts';

const declared = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const backups = [
  sampleBackup('orders', declared - 2 * hour, { id: 'aa'.repeat(32) }),
  sampleBackup('website', declared - 3 * hour, { id: 'bb'.repeat(32) }),
];

describe('a recovery that succeeded', () => {
  const report = reportOn(record({}));

  test('RTO counts from the declaration to the last step that was more than a message', () => {
    expect(report.verifiedAt).toBe(declared + 20 * minute);
    expect(report.rto).toMatchObject({ target: hour, achieved: 20 * minute, verdict: 'met' });
  });

  test('RPO is the age of the oldest restored backup at the declaration', () => {
    expect(report.rpo).toMatchObject({ target: 2.5 * hour, achieved: 3 * hour, verdict: 'violated' });
  });

  test('each system with its proof', () => {
    expect(report.systems.map(({ name, files, proven, checks }) => [name, files, proven, checks.length])).toEqual([
      ['orders', 1, true, 1],
      ['website', 40, false, 0],
    ]);
  });

  test('says what went otherwise and what is not proven', () => {
    expect(report.deviations).toEqual([
      'website took 2 attempts',
      'website: 1 fault: /srv/x (permission denied)',
      'message recovery-started to customers by mail failed: refused',
    ]);
    expect(report.notTested).toEqual([
      'the data of website: it is back, but its source could not check it',
      'that website works: it has no probe',
      'systems that this run did not restore: mail',
    ]);
  });

  test('as Markdown', () => {
    expect(renderReport(report, 'Europe/Berlin')).toBe(`# Rebuild \\| the &lt;shop>

- Run: run-1
- Runbook: rebuild
- Mode: executed
- Status: succeeded
- Declared: 2026-11-20 11:00:00 +01:00
- Verified: 2026-11-20 11:20:00 +01:00
- By: me@here
- Reason: fire
- Plan: abababababababab

## Objectives

| Objective | Target | Achieved | Verdict  | How                                                             |
| --------- | ------ | -------- | -------- | --------------------------------------------------------------- |
| RTO       | 1h     | 20m      | met      | from the declaration to verified service                        |
| RPO       | 2h 30m | 3h       | violated | from the start of the oldest restored backup to the declaration |

## Systems

| System  | Backup                                 | Restored                   | Took | Files | Bytes   | Proven |
| ------- | -------------------------------------- | -------------------------- | ---- | ----- | ------- | ------ |
| orders  | aaaaaaaa of 2026-11-20 09:00:00 +01:00 | 2026-11-20 11:05:00 +01:00 | 4m   | 1     | 2.0 KiB | yes    |
| website | bbbbbbbb of 2026-11-20 08:00:00 +01:00 | 2026-11-20 11:15:00 +01:00 | 9m   | 40    | 2.0 KiB | no     |

## Checks of restored data

- orders: rows: passed: 10 of 10 in orders

## Timeline

| Began                      | Step            | Status    | Took | Attempts |
| -------------------------- | --------------- | --------- | ---- | -------- |
| 2026-11-20 11:01:00 +01:00 | Restore orders  | succeeded | 4m   | 1        |
| 2026-11-20 11:05:00 +01:00 | Restore website | succeeded | 10m  | 2        |
| 2026-11-20 11:16:00 +01:00 | Probe home-page | succeeded | 4m   | 1        |
| 2026-11-20 11:20:00 +01:00 | Tell customers  | succeeded | 10m  | 1        |

## Deviations

- website took 2 attempts
- website: 1 fault: /srv/x (permission denied)
- message recovery-started to customers by mail failed: refused

## Not tested

- the data of website: it is back, but its source could not check it
- that website works: it has no probe
- systems that this run did not restore: mail`);
  });
});

describe('other ends', () => {
  test('a simulation proves nothing and says so', () => {
    const report = reportOn(record({ mode: 'simulate', events: [] }));
    expect([report.rto.verdict, report.rpo.verdict, report.verifiedAt]).toEqual(['unknown', 'unknown', undefined]);
    expect(report.notTested).toEqual([
      'everything: a simulation checks what can be checked read-only and changes nothing',
    ]);
    expect(renderReport(report, 'UTC')).toContain('- Mode: **simulated: nothing was changed**');
  });

  test('a failed run has not achieved its RTO, and has violated it once the time is over', () => {
    expect(failedRto(declared + 10 * minute)).toMatchObject({ achieved: undefined, verdict: 'unknown' });
    expect(failedRto(declared + 2 * hour)).toMatchObject({ achieved: undefined, verdict: 'violated' });
  });

  test('steps that failed, were skipped or not reached, and a plan that has changed', () => {
    const steps = [
      step('a', 'run', { status: 'failed', error: { code: 'x', message: 'exit code 1' } }),
      step('b', 'probe', { status: 'skipped', reason: 'a failed' }),
      step('c', 'probe', { status: 'pending', startedAt: undefined, finishedAt: undefined }),
    ];
    const report = reportOn(
      record({
        status: 'failed',
        steps: [steps[2], ...steps.slice(0, 2)].flatMap((one) => one ?? []),
        events: [],
        planHash: 'other',
      }),
    );
    expect(report.steps.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect([...report.deviations].sort()).toEqual([
      'a ended as failed: exit code 1',
      'b was skipped: a failed',
      'c was not done',
      'the plan has changed since this run',
    ]);
  });

  test('without the catalog the age of the backups is unknown', () => {
    expect(recoveryReport(record({}), plan).rpo).toMatchObject({ achieved: undefined, verdict: 'unknown' });
  });
});

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
const rebuild: Runbook = {
  name: 'rebuild',
  at,
  title: 'Rebuild | the <shop>',
  description: undefined,
  incident: undefined,
  objectives: { rto: hour, rpo: 2.5 * hour },
  params: new Map(),
  steps: [],
};
const plan = samplePlan({
  systems: [sampleSystem('orders', { probes: ['orders-readable'] }), sampleSystem('website'), sampleSystem('mail')],
  runbooks: new Map([['rebuild', rebuild]]),
});

function reportOn(run: RunRecord): RecoveryReport {
  return recoveryReport(run, plan, { backup: (id) => backups.find((backup) => backup.id === id) });
}

function failedRto(finishedAt: number): RecoveryReport['rto'] {
  return reportOn(record({ status: 'failed', finishedAt })).rto;
}

function record(parts: Partial<RunRecord>): RunRecord {
  return {
    id: 'run-1',
    kind: 'recover',
    name: 'rebuild',
    mode: 'execute',
    status: 'succeeded',
    startedAt: declared,
    finishedAt: declared + 30 * minute,
    planHash: plan.hash,
    reason: 'fire',
    by: 'me@here',
    steps: [
      step('orders', 'restore', {
        title: 'Restore orders',
        startedAt: declared + minute,
        finishedAt: declared + 5 * minute,
      }),
      step('website', 'restore', {
        title: 'Restore website',
        attempts: 2,
        startedAt: declared + 5 * minute,
        finishedAt: declared + 15 * minute,
      }),
      step('healthy', 'probe', {
        title: 'Probe home-page',
        startedAt: declared + 16 * minute,
        finishedAt: declared + 20 * minute,
      }),
      step('done', 'notify', {
        title: 'Tell customers',
        startedAt: declared + 20 * minute,
        finishedAt: declared + 30 * minute,
      }),
    ],
    events: [...restored('orders', 1, 5), ...restored('website', 40, 15), failedMessage()],
    ...parts,
  };
}

function step(id: string, kind: string, parts: Partial<StepRecord>): StepRecord {
  const times = { startedAt: declared, finishedAt: declared + minute };
  return { id, title: id, kind, status: 'succeeded', attempts: 1, error: undefined, ...times, ...parts };
}

function restored(system: string, files: number, minutes: number): readonly MusterEvent[] {
  const backup = (system === 'orders' ? 'aa' : 'bb').repeat(32);
  const proven = system === 'orders';
  const checks = proven ? [{ name: 'rows', passed: true, detail: '10 of 10 in orders' }] : [];
  const facts = { kind: 'restore', system, backup, files, bytes: 2048, recoveredTo: 'in place', proven, checks };
  const faults = proven ? [] : [{ path: '/srv/x', kind: 'unreadable', detail: 'permission denied' }];
  return [
    event(minutes, {
      type: 'attempt.finished',
      step: system,
      attempt: 1,
      status: 'succeeded',
      error: undefined,
      output: undefined,
      faults,
      facts,
    }),
    event(minutes, {
      type: 'restore.finished',
      system,
      backup,
      status: 'succeeded',
      proven,
      durationMs: (minutes < 10 ? 4 : 9) * minute,
    }),
  ];
}

function failedMessage(): MusterEvent {
  return event(20, {
    type: 'message.failed',
    message: 'recovery-started',
    audience: 'customers',
    channel: 'mail',
    detail: 'refused',
  });
}

function event(minutes: number, body: MusterEventBody): MusterEvent {
  return { run: 'run-1', at: declared + minutes * minute, ...body };
}
