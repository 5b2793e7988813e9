import { expect, onTestFinished, test } from 'vitest';
import { runSteps } from '../../src/run/engine.ts';
import type { RunRequest } from '../../src/run/request.ts';
import { brief, failure, makeRig, request, step, type RigOptions } from './rig.ts';

async function briefly(steps: RunRequest['steps'], options: RigOptions = {}): Promise<readonly string[]> {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  const { events } = await runSteps(request(steps, { concurrency: 2, onFailure: 'continue' }), rig.effects);
  return brief(events).filter((line) => line.startsWith('attempt'));
}

test('what comes after another step waits for it, even when it fails', async () => {
  const steps = [step('one'), step('two', { after: ['one'] }), step('three', { after: ['two'] })];
  const order = await briefly(steps, { work: { one: async () => failure() } });
  expect(order).toEqual([
    'attempt.started one',
    'attempt.finished one failed',
    'attempt.started two',
    'attempt.finished two succeeded',
    'attempt.started three',
    'attempt.finished three succeeded',
  ]);
});

test('others go on meanwhile', async () => {
  const gate = Promise.withResolvers<void>();
  const order = await briefly([step('a1'), step('b1'), step('a2', { after: ['a1'] }), step('b2', { after: ['b1'] })], {
    work: {
      a1: async () => {
        await gate.promise;
        return {};
      },
      b2: async () => {
        gate.resolve();
        return {};
      },
    },
  });
  expect(order.indexOf('attempt.started b2')).toBeLessThan(order.indexOf('attempt.finished a1 succeeded'));
});

test('nothing comes after what does not stand above it', async () => {
  await expect(briefly([step('one', { after: ['two'] }), step('two')])).rejects.toMatchObject({
    code: 'steps-invalid',
    message: expect.stringContaining('step one comes after two, which does not stand above it') as string,
  });
});
