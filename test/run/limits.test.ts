import { describe, expect, onTestFinished, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import { runSteps } from '../../src/run/engine.ts';
import type { RunRequest, RunResult } from '../../src/run/request.ts';
import { longestWait, waitBeforeRetry } from '../../src/run/retry.ts';
import type { StepContext, StepOutcome } from '../../src/steps/handler.ts';
import { at, brief, failure, makeRig, request, step, type Rig, type RigOptions } from './rig.ts';

async function run(
  steps: RunRequest['steps'],
  options: RigOptions = {},
  details: Partial<RunRequest> = {},
): Promise<RunResult & { readonly rig: Rig }> {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  return { rig, ...(await runSteps(request(steps, details), rig.effects)) };
}

/** Ends only when it is told to, as a good step does: by throwing the reason. */
async function untilStopped({ signal }: Pick<StepContext, 'signal'>): Promise<Partial<StepOutcome>> {
  await new Promise<void>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return {};
}

const never = (): Promise<Partial<StepOutcome>> => new Promise(() => undefined);
const retry = { limit: 3, interval: 1000, backoff: 2 };

describe('retries', () => {
  test('go on until one succeeds, with growing waits, and each try is on record', async () => {
    let tries = 0;
    const { events, rig, status, id } = await run([step('a', { retry })], {
      work: {
        a: async ({ attempt }) => {
          tries += 1;
          expect(attempt).toBe(tries);
          return tries < 3 ? failure() : {};
        },
      },
    });
    expect(status).toBe('succeeded');
    expect(rig.waits).toEqual([1000, 2000]);
    expect(events.filter((event) => event.type === 'attempt.finished')).toMatchObject([
      { attempt: 1, status: 'failed', retryIn: 1000 },
      { attempt: 2, status: 'failed', retryIn: 2000 },
      { attempt: 3, status: 'succeeded' },
    ]);
    expect(events.at(-2)).not.toHaveProperty('retryIn');
    expect(rig.journal.run(id)?.steps[0]).toMatchObject({ status: 'succeeded', attempts: 3, error: undefined });
  });

  test('end at the limit', async () => {
    const { rig, status } = await run([step('a', { retry })], { work: { a: async () => failure() } });
    expect(rig.waits).toEqual([1000, 2000, 4000]);
    expect(status).toBe('failed');
  });

  test('are not made for what waiting cannot mend, unless the step says that it can', () => {
    for (const code of ['wrong-passphrase', 'bad-pattern', 'unknown-message', 'path-invalid'])
      expect(waitBeforeRetry(retry, 1, failure(code).error)).toBeUndefined();
    for (const code of ['command-failed', 'storage-missing', 'timeout', 'unexpected'])
      expect(waitBeforeRetry(retry, 1, failure(code).error)).toBe(1000);
    expect(waitBeforeRetry(retry, 1, failure('bad-pattern', { retryable: true }).error)).toBe(1000);
    expect(waitBeforeRetry(retry, 4, failure('command-failed').error)).toBeUndefined();
    expect(waitBeforeRetry({ limit: 99, interval: 1000, backoff: 10 }, 50, undefined)).toBe(longestWait);
  });
});

describe('a timeout', () => {
  test('tells the step to stop, and is its error', async () => {
    const { events, status } = await run([step('a', { timeout: 20 })], { work: { a: untilStopped } });
    expect(status).toBe('failed');
    expect(events[2]).toMatchObject({ error: { code: 'timeout', message: 'not done after 20ms' } });
  });

  test('is tried again, and keeps what the step had printed', async () => {
    const { events, status } = await run([step('a', { timeout: 20, retry: { limit: 1, interval: 0, backoff: 1 } })], {
      work: {
        a: async (context) => {
          if (context.attempt === 2) return {};
          await untilStopped(context).catch(() => undefined);
          return { ...failure('cancelled'), output: 'half way' };
        },
      },
    });
    expect(status).toBe('succeeded');
    expect(events[2]).toMatchObject({ error: { code: 'timeout' }, output: 'half way', retryIn: 0 });
  });

  test('of a step that does not stop ends the wait, says so, and makes no second try', async () => {
    const { events, status } = await run([step('a', { timeout: 20, retry })], { work: { a: never }, grace: 30 });
    expect(status).toBe('failed');
    expect(brief(events)).toHaveLength(4);
    expect(events[2]).toMatchObject({
      error: {
        code: 'timeout',
        message: 'not done after 20ms, and it did not stop within 30ms of being told to: it may still be going on',
      },
    });
  });

  test('holds for the checks after the step as well', async () => {
    const checked = step('a', { timeout: 20, verify: [{ kind: 'probe', probe: 'home' }] });
    const { events } = await run([checked], { work: { 'probe:home': untilStopped } });
    expect(events[2]).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  test('does not take back a success that was on its way', async () => {
    const { status } = await run([step('a', { timeout: 20 })], {
      work: {
        a: async (context) => {
          await untilStopped(context).catch(() => undefined);
          return {};
        },
      },
    });
    expect(status).toBe('succeeded');
  });

  test('longer than a timer can wait does not fire at once', async () => {
    const { status, events } = await run([step('a', { timeout: 60 * 86_400_000 })], {
      work: {
        a: async ({ signal }) => {
          // A timer that is too long fires after a millisecond.
          await new Promise((resolve) => setTimeout(resolve, 20));
          return signal.aborted ? failure() : {};
        },
      },
    });
    expect(status).toBe('succeeded');
    expect(events).toHaveLength(4);
  });
});

describe('cancelling', () => {
  test('stops the steps under way, leaves out the rest, and ends the run as cancelled', async () => {
    const cancel = new AbortController();
    const { events, status, rig, id } = await run(
      [step('a'), step('b', { needs: ['a'] }), step('c')],
      {
        work: { a: untilStopped },
        listeners: [at('attempt.started', () => cancel.abort())],
      },
      { signal: cancel.signal },
    );
    expect(status).toBe('cancelled');
    expect(brief(events).slice(1)).toEqual([
      'attempt.started a',
      'attempt.finished a cancelled',
      'step.skipped b',
      'step.skipped c',
      'run.finished cancelled',
    ]);
    expect(rig.journal.run(id)?.steps.map((record) => record.status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(events[4]).toMatchObject({ because: 'cancelled', reason: 'the run was cancelled' });
  });

  test('says who asked for it', async () => {
    const cancel = new AbortController();
    cancel.abort(new MusterError('interrupted from the keyboard', { code: 'interrupted' }));
    const { events } = await run([step('a')], {}, { signal: cancel.signal });
    expect(events[1]).toMatchObject({ reason: 'the run was cancelled: interrupted from the keyboard' });
  });

  test('ends the wait between two tries', async () => {
    const cancel = new AbortController();
    const { events, status } = await run(
      [step('a', { retry })],
      {
        work: { a: async () => failure() },
        clock: {
          sleep: async (_, signal) => {
            cancel.abort();
            signal?.throwIfAborted();
          },
        },
      },
      { signal: cancel.signal },
    );
    expect(status).toBe('cancelled');
    expect(events.at(-2)).toMatchObject({ type: 'step.skipped', step: 'a', because: 'cancelled' });
  });

  test('waits for a step that does not stop no longer than its grace', async () => {
    const cancel = new AbortController();
    const { events, status } = await run(
      [step('a')],
      { work: { a: never }, grace: 20, listeners: [at('attempt.started', () => cancel.abort())] },
      { signal: cancel.signal },
    );
    expect(status).toBe('cancelled');
    expect(events[2]).toMatchObject({
      status: 'cancelled',
      error: { message: expect.stringContaining('may still be going on') },
    });
  });

  test('after the last step changes nothing', async () => {
    const cancel = new AbortController();
    const { status } = await run(
      [step('a')],
      { listeners: [at('attempt.finished', () => cancel.abort())] },
      { signal: cancel.signal },
    );
    expect(status).toBe('succeeded');
  });
});
