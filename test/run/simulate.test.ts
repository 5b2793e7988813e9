import { describe, expect, onTestFinished, test } from 'vitest';
import { runSteps } from '../../src/run/engine.ts';
import type { RunRequest } from '../../src/run/request.ts';
import type { StepContext, StepFinding } from '../../src/steps/handler.ts';
import { at, brief, makeRig, request, step, type Rig, type RigOptions } from './rig.ts';

function rigFor(options: RigOptions): Rig {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

function simulation(steps: RunRequest['steps'], details: Partial<RunRequest> = {}): RunRequest {
  return request(steps, { mode: 'simulate', leases: ['system:orders'], ...details });
}

const mustNot = async (): Promise<never> => {
  throw new Error('a simulation executes nothing');
};
const fine = async ({ step: id }: StepContext): Promise<readonly StepFinding[]> => [
  { severity: 'ok', message: `would do ${id}` },
];

async function faulty({ step: id }: StepContext): Promise<readonly StepFinding[]> {
  if (id === 'a') throw new Error('no such storage');
  return [{ severity: id === 'b' ? 'error' : 'warning', message: `about ${id}` }];
}

async function slow(): Promise<readonly StepFinding[]> {
  return [{ severity: 'warning', message: 'slow' }];
}

describe('a simulation', () => {
  test('checks every step in the order of the list and executes none', async () => {
    const rig = rigFor({ work: { b: mustNot, a: mustNot }, check: fine });
    const { id, events, status } = await runSteps(simulation([step('b', { needs: ['a'] }), step('a')]), rig.effects);
    expect(brief(events)).toEqual(['run.started', 'step.checked b', 'step.checked a', 'run.finished succeeded']);
    expect(events[1]).toMatchObject({ findings: [{ severity: 'ok', message: 'would do b' }] });
    expect(status).toBe('succeeded');
    expect(rig.journal.run(id)).toMatchObject({ mode: 'simulate', status: 'succeeded' });
    expect(rig.journal.run(id)?.steps).toMatchObject([
      { id: 'b', status: 'succeeded', attempts: 0 },
      { id: 'a', status: 'succeeded', attempts: 0 },
    ]);
  });

  test('needs no lease', async () => {
    const rig = rigFor({ check: fine });
    rig.journal.lease('system:orders', 'other', 0);
    expect(await runSteps(simulation([step('a')]), rig.effects)).toMatchObject({ status: 'succeeded' });
  });

  test('fails when a step would, and checks the others all the same', async () => {
    const { events, status } = await runSteps(
      simulation([step('a'), step('b'), step('c')]),
      rigFor({ check: faulty }).effects,
    );
    expect(status).toBe('failed');
    expect(events[1]).toMatchObject({
      findings: [{ severity: 'error', message: 'it could not be checked: no such storage' }],
    });
    expect(events.at(-1)).toMatchObject({ error: { code: 'simulation-found-faults', message: '2 steps would fail' } });
    expect(brief(events)).toContain('step.checked c');
  });

  test('warnings alone are no failure', async () => {
    expect(await runSteps(simulation([step('a')]), rigFor({ check: slow }).effects)).toMatchObject({
      status: 'succeeded',
    });
  });

  test('answers a condition that it can, and says of the others that they are decided later', async () => {
    const steps = [
      step('a', { when: 'params.x == 1' }),
      step('b', { when: 'params.x == 2' }),
      step('c', { when: 'steps["a"].status == "succeeded"' }),
    ];
    const { events } = await runSteps(
      simulation(steps, { context: { params: { x: 1 } } }),
      rigFor({ check: fine }).effects,
    );
    expect(brief(events).slice(1, 4)).toEqual(['step.checked a', 'step.skipped b', 'step.checked c']);
    expect(events[3]).toMatchObject({
      findings: [{ severity: 'warning', message: expect.stringContaining('decided only then') }, { severity: 'ok' }],
    });
  });

  test('checks what is to be asked after a step too', async () => {
    const checked = step('a', { verify: [{ kind: 'probe', probe: 'home' }] });
    const { events } = await runSteps(simulation([checked]), rigFor({ check: fine }).effects);
    expect(events[1]).toMatchObject({
      findings: [{ message: 'would do a' }, { message: 'afterwards, probe home: would do a' }],
    });
  });

  test('can be cancelled', async () => {
    const cancel = new AbortController();
    const rig = rigFor({ check: fine, listeners: [at('step.checked', () => cancel.abort())] });
    const { events, status } = await runSteps(
      simulation([step('a'), step('b')], { signal: cancel.signal }),
      rig.effects,
    );
    expect(status).toBe('cancelled');
    expect(brief(events)).toEqual(['run.started', 'step.checked a', 'step.skipped b', 'run.finished cancelled']);
  });
});
