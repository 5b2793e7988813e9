import { describe, expect, test } from 'vitest';
import type { BackupType } from '../../src/plan/model/system.ts';

import { formatInstant } from '../../src/base/zone.ts';
import { executionsBetween, manualExecution, nextExecution } from '../../src/schedule/executions.ts';
import { cronSchedule, everySchedule, samplePlan, sampleSystem } from '../sample-plan.ts';

const from = Date.parse('2026-11-20T00:00:00Z');
const hour = 3_600_000;

describe('executionsBetween', () => {
  test('goes by time, then priority, then name', () => {
    const twice = [everySchedule('frequent', 12 * hour), cronSchedule('daily', '0 0 * * *')];
    const plan = samplePlan({
      systems: [
        sampleSystem('web', { schedules: twice }),
        sampleSystem('mail', { schedules: [everySchedule('often', 12 * hour)] }),
        sampleSystem('orders', { priority: 1, schedules: [everySchedule('often', 12 * hour)] }),
      ],
    });
    const executions = executionsBetween(plan, { from, until: from + 24 * hour });
    expect(
      executions.map(({ at, system, schedule }) => `${formatInstant(at, 'UTC').slice(11, 16)} ${system} ${schedule}`),
    ).toEqual([
      '00:00 orders often',
      '00:00 mail often',
      '00:00 web daily',
      '00:00 web frequent',
      '12:00 orders often',
      '12:00 mail often',
      '12:00 web frequent',
    ]);
  });

  test('holds everything that the engine has to know', () => {
    const schedule = cronSchedule('weekly', '0 3 * * 5', {
      backup: 'full',
      timezone: 'Europe/Berlin',
      to: 'second',
      timeout: hour,
      retry: { limit: 2, interval: 1000, backoff: 2 },
    });
    const storage = { to: 'primary', copies: ['second', 'third'] };
    const plan = samplePlan({
      systems: [sampleSystem('web', { priority: 3, storage, verify: 'basic', schedules: [schedule] })],
    });
    expect(executionsBetween(plan, { from, until: from + 24 * hour })).toEqual([
      {
        at: from + 2 * hour,
        timezone: 'Europe/Berlin',
        system: 'web',
        schedule: 'weekly',
        type: 'full',
        to: 'second',
        copies: ['third'],
        verify: 'basic',
        priority: 3,
        timeout: hour,
        retry: { limit: 2, interval: 1000, backoff: 2 },
      },
    ]);
  });

  test('takes the systems asked for, and never one without a source', () => {
    const schedules = [everySchedule('daily', 24 * hour)];
    const systems = [
      sampleSystem('a', { schedules }),
      sampleSystem('b', { schedules }),
      sampleSystem('proxy', { schedules, source: undefined, storage: undefined }),
    ];
    const window = { from, until: from + hour };
    expect(executionsBetween(samplePlan({ systems }), window).map(({ system }) => system)).toEqual(['a', 'b']);
    expect(
      executionsBetween(samplePlan({ systems }), { ...window, systems: ['b'] }).map(({ system }) => system),
    ).toEqual(['b']);
  });

  test('5,000 systems every quarter of an hour for a day', () => {
    const schedules = [
      everySchedule('frequent', hour / 4),
      cronSchedule('daily', '0 0 * * *', { timezone: 'Europe/Berlin' }),
    ];
    const systems = Array.from({ length: 5000 }, (_, index) => sampleSystem(`system-${index}`, { schedules }));
    const executions = executionsBetween(samplePlan({ systems }), { from, until: from + 24 * hour });
    expect(executions).toHaveLength(5000 * 97);
  });
});

describe('nextExecution', () => {
  test('is later than the instant, even when that is due itself', () => {
    const schedule = cronSchedule('daily', '0 0 * * *');
    const system = sampleSystem('web', { schedules: [schedule] });
    expect(nextExecution(system, schedule, from)).toMatchObject({
      at: from + 24 * hour,
      system: 'web',
      schedule: 'daily',
    });
  });

  test('29 February may be years away', () => {
    const schedule = cronSchedule('leap', '0 0 29 2 *');
    expect(nextExecution(sampleSystem('web'), schedule, from)?.at).toBe(Date.UTC(2028, 1, 29));
  });
});

describe('manualExecution', () => {
  const schedule = cronSchedule('weekly', '0 3 * * 5', { backup: 'full', to: 'second', timeout: hour });
  const system = sampleSystem('web', { storage: { to: 'primary', copies: ['second'] }, schedules: [schedule] });
  const plan = samplePlan({ timezone: 'Asia/Kolkata', systems: [system] });

  test('is incremental, now, in no schedule', () => {
    expect(manualExecution(plan, system, { now: from })).toMatchObject({
      at: from,
      timezone: 'Asia/Kolkata',
      schedule: undefined,
      type: 'incremental',
      to: 'primary',
      copies: ['second'],
    });
  });

  test('is made as a schedule would, but with the type asked for', () => {
    expect(manualExecution(plan, system, { now: from, schedule: 'weekly', type: 'incremental' })).toMatchObject({
      schedule: 'weekly',
      type: 'incremental',
      to: 'second',
      copies: [],
      timeout: hour,
    });
    expect(manualExecution(plan, system, { now: from, schedule: 'weekly' }).type).toBe('full');
  });

  test('is of any type that the source can give', () => {
    const ofType = (type: BackupType, source = system.source) =>
      manualExecution(plan, { ...system, source }, { now: from, type }).type;
    expect(ofType('differential')).toBe('differential');
    expect(() => ofType('snapshot')).toThrow(expect.objectContaining({ code: 'unsupported-backup-type' }));
    const at = system.at;
    expect(ofType('snapshot', { type: 'sqlite', at, path: '/srv/orders.db' })).toBe('snapshot');
    const frozen = { freeze: undefined, filesystem: 'btrfs' } as const;
    const files = { type: 'files', at, paths: ['/srv'], exclude: [], allowEmpty: false, snapshot: frozen } as const;
    expect(ofType('snapshot', files)).toBe('snapshot');
  });

  test('says what it cannot do', () => {
    expect(() => manualExecution(plan, system, { now: from, schedule: 'wekly' })).toThrow(
      expect.objectContaining({ code: 'unknown-schedule', hint: 'Name one of its schedules: weekly.' }),
    );
    const proxy = sampleSystem('proxy', { source: undefined, storage: undefined });
    expect(() => manualExecution(plan, proxy, { now: from })).toThrow(
      expect.objectContaining({ code: 'nothing-to-back-up' }),
    );
  });
});
