import { describe, expect, onTestFinished, test } from 'vitest';
import { newRunId } from '../../src/run/id.ts';
import { runSteps } from '../../src/run/engine.ts';
import type { RunRequest, RunResult } from '../../src/run/request.ts';
import { at, brief, failure, makeRig, request, step, type Rig, type RigOptions } from './rig.ts';

function rigFor(options: RigOptions = {}): Rig {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

async function run(
  steps: RunRequest['steps'],
  options: RigOptions = {},
  details: Partial<RunRequest> = {},
): Promise<RunResult & { readonly rig: Rig }> {
  const rig = rigFor(options);
  return { rig, ...(await runSteps(request(steps, details), rig.effects)) };
}

const fails = async () => failure();

describe('a run', () => {
  test('records each attempt before and after it, and is on record as it was returned', async () => {
    const seen: string[] = [];
    const rig = rigFor({
      work: {
        one: async (context) => {
          // Durable before the side effect: another connection would see it too.
          seen.push(...brief(rig.journal.run(context.run)?.events ?? []));
          return { output: 'done' };
        },
      },
    });
    const result = await runSteps(request([step('one')]), rig.effects);
    expect(seen).toEqual(['run.started', 'attempt.started one']);
    expect(brief(result.events)).toEqual([
      'run.started',
      'attempt.started one',
      'attempt.finished one succeeded',
      'run.finished succeeded',
    ]);
    expect(result.status).toBe('succeeded');
    expect(rig.journal.run(result.id)?.events).toEqual(result.events);
    expect(rig.journal.run(result.id)?.planHash).toBe('ab'.repeat(32));
  });

  test('takes ready steps by priority, then in the order of the list', async () => {
    const order: string[] = [];
    const note = async ({ step: id }: { readonly step: string }) => {
      order.push(id);
      return {};
    };
    const steps = [
      step('late', { priority: 5, needs: ['first'] }),
      step('b', { priority: 2 }),
      step('a', { priority: 2 }),
      step('first', { priority: 1 }),
      step('last', { needs: ['late', 'a'] }),
    ];
    await run(steps, { work: { late: note, a: note, b: note, first: note, last: note } });
    expect(order).toEqual(['first', 'b', 'a', 'late', 'last']);
  });

  test('with nothing to do has succeeded', async () => {
    expect(await run([])).toMatchObject({ status: 'succeeded' });
  });

  test('gives the context of the attempt to the step', async () => {
    let seen: unknown;
    const { id } = await run([step('one')], {
      work: {
        one: async ({ run, step, attempt, plan }) => {
          seen = { run, step, attempt, plan: plan.name };
          return {};
        },
      },
    });
    expect(seen).toEqual({ run: id, step: 'one', attempt: 1, plan: 'sample' });
  });

  test.each([
    ['an unknown need', [step('one', { needs: ['two'] })], 'step one needs two'],
    ['an id used twice', [step('one'), step('one')], 'the same id'],
    ['a cycle', [step('a', { needs: ['b'] }), step('b', { needs: ['a'] }), step('c')], 'wait for each other: a, b'],
  ])('with %s is refused before anything is recorded', async (_, steps, message) => {
    const rig = rigFor();
    await expect(runSteps(request(steps), rig.effects)).rejects.toMatchObject({
      code: 'steps-invalid',
      message: expect.stringContaining(message),
    });
    expect(rig.journal.runs()).toEqual([]);
  });
});

describe('a step that fails', () => {
  const steps = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['b'] }), step('d')];

  test('leaves out what needs it, naming it, and with `continue` nothing else', async () => {
    const { events, status } = await run(steps, { work: { a: fails } }, { onFailure: 'continue' });
    expect(events.filter((event) => event.type === 'step.skipped')).toMatchObject([
      { step: 'b', because: 'need', reason: 'it needs a, which failed' },
      { step: 'c', because: 'need', reason: 'it needs b, which was skipped' },
    ]);
    expect(brief(events)).toContain('attempt.finished d succeeded');
    expect(status).toBe('partial');
  });

  test('with `stop` lets nothing new start, and those under way end', async () => {
    const free = Promise.withResolvers<void>();
    const { events, status } = await run(
      [step('slow'), ...steps],
      {
        work: {
          slow: async () => {
            await free.promise;
            return {};
          },
          a: fails,
        },
        listeners: [at('step.skipped', free.resolve, 'd')],
      },
      { concurrency: 2 },
    );
    expect(events.filter((event) => event.type === 'step.skipped')).toMatchObject([
      { step: 'b', because: 'need' },
      { step: 'c', because: 'need' },
      { step: 'd', because: 'stopped', reason: 'the run stops because a failed' },
    ]);
    expect(brief(events)).toContain('attempt.finished slow succeeded');
    expect(status).toBe('failed');
    expect(events.at(-1)).toMatchObject({ error: { code: 'broken', message: 'step a: it is broken' } });
  });

  test('alone makes the run failed even with `continue`', async () => {
    expect(await run([step('a')], { work: { a: fails } }, { onFailure: 'continue' })).toMatchObject({
      status: 'failed',
    });
  });

  test('by an exception has its code and message, and never a stack', async () => {
    const { events } = await run([step('a')], {
      work: {
        a: async () => {
          throw new TypeError('cannot read properties of undefined');
        },
      },
    });
    expect(events[2]).toMatchObject({
      status: 'failed',
      error: { code: 'unexpected', message: 'cannot read properties of undefined' },
    });
    expect(JSON.stringify(events)).not.toContain('rig.ts');
  });

  test('a partial one satisfies those that need it, and makes the run partial', async () => {
    const { events, status } = await run(steps, { work: { a: async () => ({ status: 'partial' }) } });
    expect(brief(events)).toContain('attempt.finished c succeeded');
    expect(status).toBe('partial');
  });
});

describe('a condition', () => {
  test('that is false skips the step, says why with the values, and satisfies those that need it', async () => {
    const { events, status } = await run(
      [
        step('a', { when: 'params.site == "north" && params.size > 3' }),
        step('b', { needs: ['a'], when: 'steps["a"].status == "skipped"' }),
      ],
      {},
      { context: { params: { site: 'south', size: 5 } } },
    );
    expect(events[1]).toMatchObject({
      step: 'a',
      because: 'when',
      reason:
        'its condition is false: params.site == "north" && params.size > 3 (params.site = "south", params.size = 5)',
    });
    expect(brief(events)).toContain('attempt.finished b succeeded');
    expect(status).toBe('succeeded');
  });

  test('sees what steps have done, and the inputs of the action it comes from', async () => {
    const { events } = await run(
      [
        step('list/a'),
        step('b', {
          needs: ['list/a'],
          when: 'steps["list/a"].output == "yes" && params.x == 2 && run.mode == "execute"',
          params: { x: 2 },
        }),
        step('c', { needs: ['list/a'], when: 'steps["list/a"].attempts > 1' }),
      ],
      { work: { 'list/a': async () => ({ output: 'yes' }) } },
      { context: { params: { x: 1 } } },
    );
    expect(brief(events)).toContain('attempt.finished b succeeded');
    expect(events.find((event) => event.type === 'step.skipped')).toMatchObject({
      step: 'c',
      reason: expect.stringContaining('(steps["list/a"].attempts = 1)'),
    });
  });

  test('that cannot be answered fails the step, and executes nothing', async () => {
    const { events, status } = await run(
      [step('a', { when: 'steps["gone"].status == "failed"', retry: { limit: 3, interval: 1, backoff: 1 } })],
      {
        work: {
          a: async () => {
            throw new Error('must not be executed');
          },
        },
      },
    );
    expect(events[2]).toMatchObject({ status: 'failed', error: { code: 'expression-failed' } });
    expect(brief(events)).toHaveLength(4);
    expect(status).toBe('failed');
  });
});

describe('checks after a step', () => {
  const command = { run: { argv: ['true'] }, cwd: '/', env: {} } as const;
  const checked = step('a', {
    verify: [
      { kind: 'run', command, expect: undefined },
      { kind: 'probe', probe: 'home' },
    ],
  });

  test('must all hold', async () => {
    expect(await run([checked])).toMatchObject({ status: 'succeeded' });
  });

  test('fail the step, naming the check, and keep what it has printed', async () => {
    const { events } = await run([checked], {
      work: { a: async () => ({ output: 'printed' }), 'probe:home': async () => failure('probe-unhealthy') },
    });
    expect(events[2]).toMatchObject({
      status: 'failed',
      output: 'printed',
      error: {
        code: 'verification-failed',
        message: 'the step was done, but check 2 of 2 (probe home) does not hold: it is probe-unhealthy',
      },
    });
  });

  test('are not asked after a failure', async () => {
    const { events } = await run([checked], { work: { a: fails, 'probe:home': async () => failure('other') } });
    expect(events[2]).toMatchObject({ error: { code: 'broken' } });
  });
});

describe('leases', () => {
  test('are held while the run lasts, and free afterwards', async () => {
    const rig = rigFor({
      work: {
        a: async () => {
          expect(() => rig.journal.lease('system:orders', 'other', 0)).toThrow('in use by run');
          return {};
        },
      },
    });
    const leases = ['system:orders', 'runbook:x', 'system:orders'];
    expect(await runSteps(request([step('a')], { leases }), rig.effects)).toMatchObject({ status: 'succeeded' });
    rig.journal.lease('system:orders', 'other', 0);
  });

  test('that others hold stop the run before anything is recorded, and none is kept', async () => {
    const rig = rigFor();
    rig.journal.lease('system:b', 'other', Date.now());
    const leases = ['system:a', 'system:b'];
    await expect(runSteps(request([step('a')], { leases }), rig.effects)).rejects.toMatchObject({ code: 'run-locked' });
    expect(rig.journal.runs()).toEqual([]);
    rig.journal.lease('system:a', 'third', 0);
  });

  test('are free after a failure too', async () => {
    const rig = rigFor({ work: { a: fails } });
    await runSteps(request([step('a')], { leases: ['system:a'] }), rig.effects);
    expect(rig.journal.lease('system:a', 'other', 0).token).toBe(2);
  });
});

test('ids of runs sort by the second they start in', () => {
  const start = Date.parse('2026-11-20T10:15:00.999Z');
  expect(newRunId(start)).toMatch(/^20261120T101500Z-[0-9a-f]{6}$/);
  const ids = [0, 1, 60, 3600, 86_400, 40 * 86_400].map((seconds) => newRunId(start + seconds * 1000));
  expect([...ids].sort()).toEqual(ids);
});
