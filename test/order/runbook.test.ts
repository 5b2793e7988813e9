import { describe, expect, test } from 'vitest';
import { planRunbook } from '../../src/order/runbook.ts';
import {
  command,
  notify,
  param,
  probeCheck,
  recover,
  restore,
  run,
  sampleAction,
  sampleRunbook,
  uses,
  wait,
} from './sample-runbook.ts';
import { backups, fault, needs, now, planned, planOf, type World } from './shop.ts';

describe('steps', () => {
  test('wait for the step above, unless they say otherwise', () => {
    const steps = [run('a'), run('b'), run('c', { needs: [] }), run('d', { needs: ['a', 'c'] }), run('e')];
    expect(needs(planned({ runbooks: [sampleRunbook('r', steps)] }))).toEqual({
      a: [],
      b: ['a'],
      c: [],
      d: ['a', 'c'],
      e: ['d'],
    });
  });

  test('may need a step further down', () => {
    const steps = [run('a', { needs: ['b'] }), run('b', { needs: [] })];
    expect(planned({ runbooks: [sampleRunbook('r', steps)] }).steps.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('have their templates rendered, and run in the folder of the plan', () => {
    const steps = [
      run('a', {
        command: { run: { argv: ['ping', '{{params.host}}'] }, cwd: undefined, env: { CAUSE: '{{incident.details}}' } },
      }),
      run('b', {
        command: {
          run: { shell: 'echo {{quote runbook.title}}' },
          cwd: '/tmp',
          env: { KEY: { from: 'env', variable: 'KEY' } },
        },
      }),
      notify('c', { where: '{{params.host}} of {{plan.name}}' }),
    ];
    const runbook = sampleRunbook('r', steps, {
      title: "It's on",
      params: new Map([['host', param('string', 'db1')]]),
    });
    expect(planned({ runbooks: [runbook] }, { reason: 'fire' }).steps.map(({ action }) => action)).toEqual([
      {
        kind: 'run',
        expect: undefined,
        command: { run: { argv: ['ping', 'db1'] }, cwd: '/plan', env: { CAUSE: 'fire' } },
      },
      {
        kind: 'run',
        expect: undefined,
        command: {
          run: { shell: String.raw`echo 'It'\''s on'` },
          cwd: '/tmp',
          env: { KEY: { from: 'env', variable: 'KEY' } },
        },
      },
      { kind: 'notify', message: 'news', audiences: ['team'], set: { where: 'db1 of sample' } },
    ]);
  });

  test('have a title from what they do', () => {
    const steps = [
      run('a', { command: command('systemctl', 'stop', 'shop') }),
      wait('b', 90_000),
      restore('c', 'orders'),
      run('d', { title: 'Own' }),
    ];
    expect(planned({ runbooks: [sampleRunbook('r', steps)] }).steps.map(({ title }) => title)).toEqual([
      'Run systemctl stop shop',
      'Wait 1m 30s',
      'Restore orders from its backup of 2026-11-20 10:00:00 +00:00',
      'Own',
    ]);
  });

  test('that need each other, or one that is not there, are refused', () => {
    const circle = [run('a', { needs: ['b'] }), run('b', { needs: ['a'] })];
    expect(fault({ runbooks: [sampleRunbook('r', circle)] })).toMatchObject({
      code: 'dependency-cycle',
      message: 'steps need each other in a circle: a → b → a',
    });
    expect(fault({ runbooks: [sampleRunbook('r', [run('a', { needs: ['x'] })])] })).toMatchObject({
      code: 'unknown-step',
    });
  });
});

describe('params', () => {
  const params = new Map([
    ['site', param('string')],
    ['replicas', param('integer', 3)],
    ['ratio', param('number', 0.5)],
    ['dry', param('boolean', false)],
  ]);
  const runbook = sampleRunbook('r', [run('a')], { params });

  test('take texts of a command line as what they are', () => {
    const given = { site: 'b', replicas: '5', ratio: '1.5', dry: 'true' };
    expect(planned({ runbooks: [runbook] }, { params: given }).params).toEqual({
      site: 'b',
      replicas: 5,
      ratio: 1.5,
      dry: true,
    });
    expect(planned({ runbooks: [runbook] }, { params: { site: 'b' } }).params).toEqual({
      site: 'b',
      replicas: 3,
      ratio: 0.5,
      dry: false,
    });
  });

  test('are all checked', () => {
    const given = { sit: 'b', replicas: '1.5', ratio: 'x', dry: 'yes' };
    expect(fault({ runbooks: [runbook] }, { params: given })).toMatchObject({
      code: 'bad-params',
      message:
        'params of runbook r: there is no sit, did you mean site?; site is missing; replicas must be an integer, not "1.5"; ratio must be a number, not "x"; dry must be a boolean, not "yes"',
      hint: 'It takes: site (string, required), replicas (integer), ratio (number), dry (boolean).',
    });
  });
});

describe('an action', () => {
  const scale = sampleAction(
    'scale',
    [
      run('set', { command: command('scale', '{{params.name}}', '{{params.replicas}}') }),
      run('look', { when: 'params.replicas > 0 && steps.set.status == "succeeded"' }),
    ],
    new Map([
      ['name', param('string')],
      ['replicas', param('integer', 1)],
    ]),
  );

  test('becomes its steps, with its own params', () => {
    const steps = [
      run('first'),
      uses('down', 'scale', { with: { name: 'api-{{params.site}}', replicas: 0 } }),
      run('last'),
    ];
    const runbook = sampleRunbook('r', steps, { params: new Map([['site', param('string', 'b')]]) });
    const plan = planned({ runbooks: [runbook], actions: [scale] });
    expect(needs(plan)).toEqual({ first: [], 'down/set': ['first'], 'down/look': ['down/set'], last: ['down/look'] });
    expect(plan.steps[1]).toMatchObject({
      params: { name: 'api-b', replicas: 0 },
      action: { command: { run: { argv: ['scale', 'api-b', '0'] } } },
    });
    expect(plan.steps[2]?.when).toBe('params.replicas > 0 && steps["down/set"].status == "succeeded"');
    expect(plan.steps[3]?.params).toBeUndefined();
  });

  test('hands its condition and limits down, and its checks to its end', () => {
    const retry = { limit: 2, interval: 1000, backoff: 1 };
    const limits = { when: 'params.site == "b"', timeout: 5000, retry, verify: [probeCheck('alive')] };
    const steps = [uses('down', 'scale', { with: { name: 'api' }, ...limits }), run('last')];
    const runbook = sampleRunbook('r', steps, { params: new Map([['site', param('string', 'b')]]) });
    const [set, look, verify, last] = planned({ runbooks: [runbook], actions: [scale] }).steps;
    const outer = 'cel.bind(params, dyn({"site": "b"}), params.site == "b")';
    expect(set).toMatchObject({ when: outer, timeout: 5000, retry, verify: [] });
    expect(look?.when).toBe(`(${outer}) && (params.replicas > 0 && steps["down/set"].status == "succeeded"\n)`);
    expect(verify).toMatchObject({
      id: 'down/verify-1',
      needs: ['down/look'],
      action: { kind: 'probe', probe: 'alive' },
      timeout: 5000,
    });
    expect(last).toMatchObject({ needs: ['down/verify-1'], when: undefined, timeout: undefined });
  });

  test('says which step gives it wrong params', () => {
    const steps = [uses('down', 'scale', { with: { nam: 'api' } })];
    expect(fault({ runbooks: [sampleRunbook('r', steps)], actions: [scale] })).toMatchObject({
      code: 'bad-params',
      message: 'params of action scale in step down: there is no nam, did you mean name?; name is missing',
    });
  });

  test('that leads back to itself is refused', () => {
    const actions = [sampleAction('a', [uses('x', 'b')]), sampleAction('b', [uses('y', 'a')])];
    expect(fault({ runbooks: [sampleRunbook('r', [uses('s', 'a')])], actions })).toMatchObject({
      code: 'dependency-cycle',
      message: 'action a leads back to itself: runbook r → action a → action b → action a',
    });
  });
});

describe('a condition', () => {
  test('may speak only of steps that come before it', () => {
    const steps = [run('a'), run('b', { needs: [], when: 'steps.a.status == "succeeded"' })];
    expect(fault({ runbooks: [sampleRunbook('r', steps)] })).toMatchObject({
      code: 'bad-expression',
      message: '`when` of step b speaks of a, which does not come before it',
      hint: 'Add a to its needs.',
    });
  });

  test('names a step of a group by its path', () => {
    expect(planned(afterRecovery('steps["all/configuration/restore"].attempts > 1')).steps).toHaveLength(2);
    expect(fault(afterRecovery('steps.all.attempts > 1'))).toMatchObject({
      message: '`when` of step b speaks of all, which stands for several steps',
      hint: 'Name one of them: steps["all/configuration/restore"].',
    });
  });
});

test('an unknown runbook is named with the one that was meant', () => {
  const plan = planOf({ runbooks: [sampleRunbook('rebuild', [])] });
  const request = { params: {}, moment: { kind: 'latest' }, now, backups, measured: () => undefined } as const;
  expect(() => planRunbook(plan, 'rebuilt', request)).toThrow(
    expect.objectContaining({ code: 'unknown-runbook', hint: 'Did you mean rebuild?' }),
  );
});

function afterRecovery(when: string): World {
  return { runbooks: [sampleRunbook('r', [recover('all', ['configuration']), run('b', { when })])] };
}
