import { describe, expect, test } from 'vitest';
import { sampleBackup, sampleSystem } from '../sample-plan.ts';
import { command, param, recover, restore, run, sampleRunbook, wait } from './sample-runbook.ts';
import { fault, hour, needs, now, planned, shop } from './shop.ts';

describe('a recovery', () => {
  const whole = sampleRunbook('rebuild', [run('tell'), recover('recover', ['website']), run('done')]);

  test('restores what is needed first, and waits for its probes', () => {
    const plan = planned({ runbooks: [whole] });
    expect(needs(plan)).toEqual({
      tell: [],
      'recover/configuration/restore': ['tell'],
      'recover/orders/restore': ['recover/configuration/restore'],
      'recover/orders/probe-orders-readable': ['recover/orders/restore'],
      'recover/website/restore': ['recover/configuration/restore', 'recover/orders/probe-orders-readable'],
      'recover/website/probe-home-page': ['recover/website/restore'],
      'recover/website/probe-login': ['recover/website/restore'],
      done: ['recover/website/probe-home-page', 'recover/website/probe-login'],
    });
    expect(plan.recovers.map(({ system, dataLossMs }) => [system, dataLossMs])).toEqual([
      ['configuration', 2 * hour],
      ['orders', 2 * hour],
      ['website', 2 * hour],
    ]);
    expect(plan.steps[1]).toMatchObject({
      priority: 1,
      action: { kind: 'restore', place: { kind: 'in-place' }, overwrite: 'always', storage: ['primary'], paths: [] },
    });
  });

  test('only asks the probes of a system that has nothing to restore', () => {
    const plan = planned({ runbooks: [sampleRunbook('r', [recover('go', ['balancer'])])] });
    expect(needs(plan)).toEqual({ 'go/balancer/probe-reachable': [] });
    expect(plan.recovers).toEqual([]);
  });

  test('of chosen systems leaves the others out', () => {
    expect(Object.keys(needs(planned({ runbooks: [whole] }, { systems: ['orders'] })))).toEqual([
      'tell',
      'recover/configuration/restore',
      'recover/orders/restore',
      'recover/orders/probe-orders-readable',
      'done',
    ]);
    const two = sampleRunbook('r', [recover('one', ['configuration']), recover('two', ['balancer']), run('end')]);
    const plan = planned({ runbooks: [two] }, { systems: ['balancer'] });
    expect(plan.skipped).toEqual([{ what: 'one', reason: 'none of the chosen systems is recovered here' }]);
    expect(needs(plan)).toEqual({ 'two/balancer/probe-reachable': [], end: ['two/balancer/probe-reachable'] });
    expect(fault({ runbooks: [whole] }, { systems: ['balancer'] })).toMatchObject({
      code: 'unknown-system',
      message: 'runbook rebuild does not recover balancer',
    });
    expect(fault({ runbooks: [whole] }, { systems: ['order'] })).toMatchObject({ hint: 'Did you mean orders?' });
  });

  test('does not restore a second time what the runbook has recovered', () => {
    const steps = [recover('first', ['orders']), run('between'), recover('second', ['website'])];
    const plan = planned({ runbooks: [sampleRunbook('r', steps)] });
    expect(needs(plan)['second/website/restore']).toEqual([
      'between',
      'first/configuration/restore',
      'first/orders/probe-orders-readable',
    ]);
    expect(plan.skipped.map(({ what }) => what)).toEqual(['second/configuration', 'second/orders']);
    expect(plan.steps.filter(({ action }) => action.kind === 'restore')).toHaveLength(3);
  });

  test('does not rely on one that its condition may leave out', () => {
    const steps = [
      recover('first', ['configuration'], { when: 'run.mode == "execute"' }),
      recover('second', ['orders']),
    ];
    const plan = planned({ runbooks: [sampleRunbook('r', steps)] });
    expect(needs(plan)['second/configuration/restore']).toEqual(['first/configuration/restore']);
    expect(plan.steps[0]?.when).toBe('cel.bind(params, dyn({}), run.mode == "execute")');
  });

  test("runs a system's own runbook in the place of the plain restore", () => {
    const own = sampleRunbook(
      'restore-orders',
      [run('stop', { command: command('stop', '{{params.unit}}') }), restore('restore', 'orders'), run('start')],
      {
        params: new Map([['unit', param('string', 'orders.service')]]),
      },
    );
    const recovery = { estimate: 5 * 60_000, runbook: 'restore-orders' };
    const systems = shop.map((system) => (system.name === 'orders' ? { ...system, recovery } : system));
    const plan = planned({ runbooks: [sampleRunbook('r', [recover('go', ['orders'])]), own], systems });
    expect(needs(plan)).toEqual({
      'go/configuration/restore': [],
      'go/orders/stop': ['go/configuration/restore'],
      'go/orders/restore': ['go/orders/stop'],
      'go/orders/start': ['go/orders/restore'],
      'go/orders/probe-orders-readable': ['go/orders/start'],
    });
    expect(plan.steps[1]).toMatchObject({
      priority: 2,
      params: { unit: 'orders.service' },
      action: { command: { run: { argv: ['stop', 'orders.service'] } } },
    });
    expect(plan.estimateMs).toBe(5 * 60_000);
  });

  test('counts the estimate of a system whose runbook restores in its own way', () => {
    const own = sampleRunbook('own', [run('one'), run('two')]);
    const systems = [sampleSystem('db', { recovery: { estimate: hour, runbook: 'own' } })];
    const plan = planned({ runbooks: [sampleRunbook('r', [recover('go', ['db'])]), own], systems }, { backups: [] });
    expect(plan.steps.map(({ estimate }) => estimate)).toEqual([
      { ms: hour, from: 'plan' },
      { ms: 0, from: 'none' },
    ]);
  });

  test('that leads back to itself is refused', () => {
    const own = sampleRunbook('own', [recover('again', ['db'])]);
    const systems = [sampleSystem('db', { recovery: { estimate: undefined, runbook: 'own' } })];
    expect(fault({ runbooks: [own], systems })).toMatchObject({ code: 'dependency-cycle' });
  });
});

describe('the backup', () => {
  const runbook = sampleRunbook('r', [recover('go', ['configuration'])]);
  const history = [
    sampleBackup('configuration', now - 5 * hour, {
      storage: [
        { name: 'second', snapshot: 'a', status: 'stored' },
        { name: 'gone', snapshot: 'b', status: 'stored' },
      ],
    }),
    sampleBackup('configuration', now - hour, { status: 'partial' }),
    sampleBackup('configuration', now - 3 * hour),
    sampleBackup('configuration', now - 60_000, {
      storage: [
        { name: 'gone', snapshot: 'b', status: 'stored' },
        { name: 'primary', snapshot: 'x', status: 'failed' },
      ],
    }),
    sampleBackup('orders', now),
  ];

  test('is the newest that can be read', () => {
    const plan = planned({ runbooks: [runbook] }, { backups: history });
    expect(plan.recovers).toEqual([
      { system: 'configuration', backup: history[1]?.id, at: now - hour, dataLossMs: hour },
    ]);
    expect(plan.warnings).toContain(
      'the backup of configuration from 2026-11-20 11:00:00 +00:00 is partial: some files could not be read',
    );
  });

  test('is the newest at or before a moment', () => {
    const at = (ms: number) => planned({ runbooks: [runbook] }, { backups: history, moment: { kind: 'at', at: ms } });
    expect(at(now - 3 * hour).recovers).toMatchObject([{ backup: history[2]?.id, dataLossMs: 0 }]);
    expect(at(now - 3 * hour - 1).recovers).toMatchObject([{ backup: history[0]?.id, dataLossMs: 2 * hour - 1 }]);
    expect(at(now - 3 * hour - 1).steps[0]?.action).toMatchObject({ storage: ['second'] });
    expect(at(now + hour).recovers).toMatchObject([{ dataLossMs: hour }]);
  });

  test('that is missing is said, for all systems at once', () => {
    const steps = [recover('go', ['website'])];
    const world = { runbooks: [sampleRunbook('r', steps)] };
    expect(fault(world, { backups: [sampleBackup('orders', now)] })).toMatchObject({
      code: 'no-backup',
      message: 'there is no backup of configuration, website that can be restored',
      hint: 'Run `muster backup configuration website`.',
    });
    expect(fault(world, { moment: { kind: 'at', at: now - 24 * hour } })).toMatchObject({
      message:
        'there is no backup of configuration, orders, website from 2026-11-19 12:00:00 +00:00 or before that can be restored',
    });
  });
});

describe('the estimate', () => {
  const systems = [
    sampleSystem('a', { recovery: { estimate: 10 * 60_000, runbook: undefined } }),
    sampleSystem('b', { needs: ['a'], recovery: { estimate: 20 * 60_000, runbook: undefined } }),
    sampleSystem('c', { needs: ['a'] }),
  ];
  const runbook = sampleRunbook('r', [recover('go', ['b', 'c']), wait('settle', 60_000)], {
    objectives: { rto: 15 * 60_000, rpo: hour },
  });
  const all = { backups: systems.map(({ name }) => sampleBackup(name, now - 2 * hour)) };

  test('is the critical path, with measured times before guesses', () => {
    const plan = planned(
      { runbooks: [runbook], systems },
      { ...all, measured: (system) => (system === 'b' ? 5 * 60_000 : undefined) },
    );
    expect(plan.estimateMs).toBe(16 * 60_000);
    expect(plan.criticalPath).toEqual(['go/a/restore', 'go/b/restore', 'settle']);
    expect(plan.steps.map(({ estimate }) => estimate.from)).toEqual(['plan', 'measured', 'none', 'plan']);
  });

  test('and the data loss are compared with the objectives', () => {
    expect(planned({ runbooks: [runbook], systems }, all).warnings).toEqual([
      'it takes about 31m, longer than its objective of 15m',
      'a loses 2h, more than the objective of 1h',
      'b loses 2h, more than the objective of 1h',
      'c loses 2h, more than the objective of 1h',
      'go/c/restore has no estimate: no restore was measured, and the plan gives none',
    ]);
  });
});
