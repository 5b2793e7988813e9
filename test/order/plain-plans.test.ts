import { describe, expect, test } from 'vitest';
import type { BackupExecution } from '../../src/schedule/execution.ts';
import { planBackups } from '../../src/order/backup-plan.ts';
import { planRestore, type RestoreRequest } from '../../src/order/restore-plan.ts';
import { planVerify } from '../../src/order/verify-plan.ts';
import { sampleBackup, samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 20, 12);
const plan = samplePlan({
  storage: [sampleStorage('primary'), sampleStorage('second')],
  systems: [
    sampleSystem('orders', { priority: 3, probes: ['readable'], recovery: { estimate: hour, runbook: undefined } }),
    sampleSystem('website'),
  ],
});
const older = sampleBackup('orders', now - 3 * hour);
const newer = sampleBackup('orders', now - hour, {
  storage: [
    { name: 'gone', snapshot: 'a', status: 'stored' },
    { name: 'second', snapshot: 'b', status: 'stored' },
    { name: 'primary', snapshot: 'c', status: 'stored' },
  ],
});

function restore(request: Partial<RestoreRequest>) {
  return planRestore(plan, {
    what: { system: 'orders' },
    moment: { kind: 'latest' },
    place: { kind: 'folder', path: '/tmp/out' },
    paths: [],
    overwrite: 'never',
    backups: [older, newer],
    measured: () => undefined,
    ...request,
  });
}

describe('a restore', () => {
  test('of a system takes its newest backup from the targets that the plan knows', () => {
    expect(restore({})).toEqual([
      {
        id: 'restore/orders',
        title: 'Restore orders from its backup of 2026-11-20 11:00:00 +00:00 to /tmp/out',
        needs: [],
        priority: 0,
        action: {
          kind: 'restore',
          system: 'orders',
          backup: newer,
          storage: ['second', 'primary'],
          place: { kind: 'folder', path: '/tmp/out' },
          paths: [],
          overwrite: 'never',
        },
        when: undefined,
        timeout: undefined,
        retry: { limit: 0, interval: 0, backoff: 1 },
        verify: [],
        estimate: { ms: hour, from: 'plan' },
      },
    ]);
  });

  test('takes the moment, the target and a backup by itself', () => {
    expect(restore({ moment: { kind: 'at', at: now - 2 * hour } })[0]?.action).toMatchObject({ backup: older });
    expect(restore({ storage: 'primary' })[0]?.action).toMatchObject({ storage: ['primary'] });
    expect(restore({ what: { backup: older }, measured: () => 5 })[0]).toMatchObject({
      action: { backup: older },
      estimate: { ms: 5, from: 'measured' },
    });
  });

  test('in place is followed by the probes, unless only some paths are restored', () => {
    const place = { kind: 'in-place' } as const;
    expect(restore({ place }).map(({ id, needs }) => [id, needs])).toEqual([
      ['restore/orders', []],
      ['probe/readable', ['restore/orders']],
    ]);
    expect(restore({ place, paths: ['*.db'] })).toHaveLength(1);
  });

  test.for<[Partial<RestoreRequest>, object]>([
    [{ what: { system: 'order' } }, { code: 'unknown-system', hint: 'Did you mean orders?' }],
    [{ storage: 'secnd' }, { code: 'unknown-storage', hint: 'Did you mean second?' }],
    [{ what: { system: 'website' } }, { code: 'no-backup', hint: 'Run `muster backup website`.' }],
    [{ moment: { kind: 'at', at: 0 } }, { code: 'no-backup', hint: 'Choose a later moment, or see `muster backups`.' }],
    [
      { what: { backup: older }, storage: 'second' },
      { code: 'no-copy', hint: 'It is in: primary.' },
    ],
  ])('that cannot be made says what to do: %j', ([request, fault]) => {
    expect(() => restore(request)).toThrow(expect.objectContaining(fault));
  });
});

describe('backups', () => {
  test('of different systems are independent, of one system go one after the other', () => {
    const steps = planBackups(
      plan,
      [execution('orders', 'weekly'), execution('website'), execution('orders', 'weekly'), execution('orders')],
      (system) => (system === 'orders' ? 500 : undefined),
    );
    expect(steps.map(({ id, needs, estimate }) => [id, needs, estimate.ms])).toEqual([
      ['backup/orders/weekly', [], 500],
      ['backup/website', [], 0],
      ['backup/orders/weekly-2', ['backup/orders/weekly'], 500],
      ['backup/orders', ['backup/orders/weekly-2'], 500],
    ]);
    expect(steps[1]).toMatchObject({
      title: 'Back up website (incremental)',
      priority: 7,
      timeout: 60_000,
      retry: { limit: 2, interval: 1000, backoff: 2 },
      action: { kind: 'backup', execution: { system: 'website' } },
    });
  });
});

describe('verifications', () => {
  test('read the first target that holds the backup, each backup once', () => {
    const steps = planVerify(plan, { backups: [newer, older, newer], level: 'standard' });
    expect(steps.map(({ action, priority, needs }) => ({ action, priority, needs }))).toEqual([
      { action: { kind: 'verify', backup: newer, level: 'standard', storage: 'second' }, priority: 3, needs: [] },
      { action: { kind: 'verify', backup: older, level: 'standard', storage: 'primary' }, priority: 3, needs: [] },
    ]);
    expect(steps[0]?.title).toBe('Verify the backup of orders from 2026-11-20 11:00:00 +00:00 on second');
  });

  test('read each target that holds it when asked to', () => {
    const steps = planVerify(plan, { backups: [newer], level: 'basic', copies: 'all' });
    expect(steps.map(({ id, action }) => [id, action.kind === 'verify' && action.storage])).toEqual([
      [`verify/orders/${newer.id.slice(0, 16)}`, 'second'],
      [`verify/orders/${newer.id.slice(0, 16)}/primary`, 'primary'],
    ]);
  });

  test('of a backup that is not there say where it is', () => {
    expect(() => planVerify(plan, { backups: [older], level: 'basic', storage: 'second' })).toThrow(
      expect.objectContaining({ code: 'no-copy', hint: 'It is in: primary.' }),
    );
  });
});

function execution(system: string, schedule?: string): BackupExecution {
  const retry = { limit: 2, interval: 1000, backoff: 2 };
  const target = { to: 'primary', copies: [], verify: undefined, priority: 7, timeout: 60_000, retry };
  return { at: now, timezone: 'UTC', system, schedule, type: 'incremental', ...target };
}
