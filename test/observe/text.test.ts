import { describe, expect, test } from 'vitest';

import { renderBackups } from '../../src/observe/text/backups.ts';
import { renderPreview } from '../../src/observe/text/preview.ts';
import { renderRuns } from '../../src/observe/text/runs.ts';
import { renderSchedule } from '../../src/observe/text/schedule.ts';
import { judgeObjectives } from '../../src/order/objectives.ts';
import { decide } from '../../src/retention/decide.ts';
import { copiesBetween, executionsBetween } from '../../src/schedule/executions.ts';
import {
  cronSchedule,
  everySchedule,
  sampleBackup,
  samplePlan,
  sampleRetention,
  sampleStorage,
  sampleSystem,
} from '../sample-plan.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const hour = 3_600_000;
const berlin = { timezone: 'Europe/Berlin' };
const schedules = [
  everySchedule('frequent', 12 * hour, berlin),
  cronSchedule('weekly', '0 3 * * 6', { ...berlin, backup: 'full' }),
];
const plan = samplePlan({
  ...berlin,
  storage: [sampleStorage('primary', { location: 'here' }), sampleStorage('second', { location: 'there' })],
  retention: [sampleRetention('two', { last: 2 })],
  systems: [
    sampleSystem('orders', {
      schedules,
      retention: 'two',
      storage: { to: 'primary', copies: ['second'] },
      objectives: { rto: hour, rpo: 6 * hour, proof: undefined, copies: 2 },
      recovery: { estimate: 5 * 60_000, runbook: undefined },
    }),
    sampleSystem('proxy', { source: undefined, storage: undefined }),
  ],
});

describe('renderPreview', () => {
  test('shows what is due, what retention decides and how the objectives stand', () => {
    const backups = [1, 2, 3].map((age) =>
      sampleBackup('orders', now - age * 12 * hour, { id: `${age}`.repeat(64), schedule: 'frequent' }),
    );
    const window = { from: now, until: now + 24 * hour };
    const preview = {
      ...window,
      executions: executionsBetween(plan, window),
      copies: copiesBetween(plan, window),
      retention: decide(plan, backups, now),
      objectives: judgeObjectives(plan, { now }),
      storage: [],
      immutability: [],
    };
    expect(renderPreview(preview, 'Europe/Berlin'))
      .toBe(`Backups due from 2026-11-20 11:00:00 +01:00 to 2026-11-21 11:00:00 +01:00

DUE                         SYSTEM  SCHEDULE  TYPE         TO
2026-11-20 12:00:00 +01:00  orders  frequent  incremental  primary, second
2026-11-21 00:00:00 +01:00  orders  frequent  incremental  primary, second
2026-11-21 03:00:00 +01:00  orders  weekly    full         primary, second

Retention

2 would be kept, 1 deleted. Remove them with muster prune.

DELETE    SYSTEM  SCHEDULE  STARTED                     WHY
33333333  orders  frequent  2026-11-18 23:00:00 +01:00  no rule of two keeps it; last: newer backups use its slots (2)

Objectives

SYSTEM  RPO                  RTO            COPIES       PROOF
orders  12h of 6h, violated  5m of 1h, met  2 of 2, met  –
proxy   –                    –              –            –

orders: rpo violated: longest gap between due backups in a year: 12h, from 2026-11-20 00:00:00 +01:00 to 2026-11-20 12:00:00 +01:00; no backup was measured yet: its duration counts as 0`);
  });
});

describe('tables', () => {
  test('renderSchedule keeps the offset of each schedule', () => {
    const tokyo = samplePlan({
      systems: [sampleSystem('a', { schedules: [cronSchedule('daily', '0 9 * * *', { timezone: 'Asia/Tokyo' })] })],
    });
    expect(renderSchedule(executionsBetween(tokyo, { from: now, until: now + 24 * hour })))
      .toBe(`DUE                         SYSTEM  SCHEDULE  TYPE         TO
2026-11-21 09:00:00 +09:00  a       daily     incremental  primary`);
    expect(renderSchedule([])).toBe('No backup is due in this time.');
  });

  test('renderBackups', () => {
    const backup = sampleBackup('orders', now, {
      id: `abcdef12${'0'.repeat(56)}`,
      status: 'partial',
      storage: [
        { name: 'primary', snapshot: 's', status: 'stored' },
        { name: 'second', snapshot: 's', status: 'failed' },
      ],
    });
    expect(renderBackups([backup], 'UTC'))
      .toBe(`ID        SYSTEM  TYPE         SCHEDULE  STATUS   STARTED                     FILES  SIZE    ADDED  DEDUP  ZIP  ON
abcdef12  orders  incremental  by hand   partial  2026-11-20 10:00:00 +00:00  10     1000 B  500 B  –      –    primary, second (failed)`);
    const counted = renderBackups([{ ...backup, bytesNew: 600 }], 'UTC');
    expect(counted).toContain('  1.7    1.2  primary');
    expect(renderBackups([], 'UTC')).toBe('There is no backup.');
  });

  test('renderRuns', () => {
    const run = {
      id: '20261120T100000Z-7f3a9c',
      kind: 'recover',
      name: 'rebuild',
      mode: 'simulate',
      status: 'running',
      startedAt: now,
    } as const;
    const rest = { finishedAt: undefined, planHash: '', reason: undefined, by: 'me@here' };
    expect(renderRuns([{ ...run, ...rest }], 'UTC'))
      .toBe(`RUN                      KIND                 NAME     STATUS   STARTED                     TOOK
20261120T100000Z-7f3a9c  recover (simulated)  rebuild  running  2026-11-20 10:00:00 +00:00  –`);
    expect(renderRuns([], 'UTC')).toBe('There is no run.');
  });
});
