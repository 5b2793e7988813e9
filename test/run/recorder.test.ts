import { describe, expect, onTestFinished, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { runSteps } from '../../src/run/engine.ts';
import { brief, failure, makeRig, request, step, type Rig, type RigOptions } from './rig.ts';

function rigFor(options: RigOptions = {}): Rig {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

function terminal(event: MusterEvent): void {
  if (event.type.startsWith('attempt')) throw new Error('no terminal');
}

async function mailer(event: MusterEvent): Promise<void> {
  if (event.type === 'run.finished') throw new Error('no mail server');
}

function bad(): never {
  throw new Error('bad');
}

function redact(text: string): string {
  return text.replaceAll('hunter2', '***');
}

const full = new MusterError('the disk is full: the journal could not be written', { code: 'journal-full' });

/** A journal whose disk is full from the first event of a type on. */
function fullFrom(type: MusterEvent['type']): (journal: Journal) => Journal {
  let isFull = false;
  return (journal) => ({
    ...journal,
    append: (...events) => {
      isFull ||= events.some((event) => event.type === type);
      if (isFull) throw full;
      journal.append(...events);
    },
  });
}

describe('listeners', () => {
  test('hear of events in order, after each is durable, progress among them', async () => {
    const heard: MusterEvent[] = [];
    const durable: (MusterEvent | undefined)[] = [];
    const rig = rigFor({
      work: {
        a: async ({ onProgress }) => {
          onProgress({ files: 1, bytes: 2, filesTotal: 3, bytesTotal: 4 });
          return {};
        },
      },
      listeners: [
        (event) => {
          heard.push(event);
          if (event.type !== 'progress') durable.push(rig.journal.run(event.run)?.events.at(-1));
        },
      ],
    });
    const { events } = await runSteps(request([step('a')]), rig.effects);
    expect(brief(heard)).toEqual([
      'run.started',
      'attempt.started a',
      'progress a',
      'attempt.finished a succeeded',
      'run.finished succeeded',
    ]);
    expect(events).toEqual(heard.filter((event) => event.type !== 'progress'));
    expect(durable).toEqual(events);
  });

  test('that throw or reject harm nothing, are recorded once, and the others are told', async () => {
    const heard: MusterEvent[] = [];
    const rig = rigFor({
      listeners: [terminal, mailer, (event) => void heard.push(event)],
    });
    const { id, status } = await runSteps(request([step('a'), step('b')]), rig.effects);
    expect(status).toBe('succeeded');
    const failures = rig.journal.run(id)?.events.filter((event) => event.type === 'listener.failed');
    expect(failures).toMatchObject([
      { listener: 'terminal', of: 'attempt.started', message: 'no terminal' },
      { listener: 'terminal', of: 'attempt.finished', message: 'no terminal' },
      { listener: 'mailer', of: 'run.finished', message: 'no mail server' },
    ]);
    expect(heard.filter((event) => event.type === 'listener.failed')).toEqual(failures);
  });

  test('that throw at everything, even at the failures of others, harm nothing', async () => {
    const rig = rigFor({ listeners: [bad, () => bad()] });
    await expect(runSteps(request([step('a')]), rig.effects)).resolves.toMatchObject({ status: 'succeeded' });
  });

  test('are waited for before the run returns, after its leases are free', async () => {
    let isDone = false;
    const rig = rigFor({
      listeners: [
        async (event) => {
          if (event.type !== 'run.finished') return;
          await new Promise((resolve) => setImmediate(resolve));
          rig.journal.lease('system:a', 'other', 0);
          isDone = true;
        },
      ],
    });
    await runSteps(request([step('a')], { leases: ['system:a'] }), rig.effects);
    expect(isDone).toBe(true);
  });
});

describe('secrets', () => {
  test('are in no text of any event, and ids stay what they are', async () => {
    const heard: MusterEvent[] = [];
    const rig = rigFor({
      redact,
      listeners: [(event) => void heard.push(event)],
      check: async () => [{ severity: 'error', message: 'hunter2 is wrong' }],
      work: {
        'hunter2-step': async () => ({
          ...failure('broken', { message: 'login with hunter2 refused' }),
          output: 'password: hunter2',
          faults: [{ path: '/hunter2', kind: 'unreadable', detail: 'hunter2' }],
          facts: {
            kind: 'verify',
            score: 0,
            passed: false,
            checks: [{ name: 'login', passed: false, detail: 'hunter2' }],
          },
        }),
        thrown: async () => {
          throw new Error('hunter2');
        },
      },
    });
    const steps = [
      step('hunter2-step', { title: 'Log in with hunter2' }),
      step('thrown'),
      step('skipped', { when: 'params.password != "hunter2"' }),
    ];
    const details = {
      reason: 'because hunter2',
      onFailure: 'continue',
      context: { params: { password: 'hunter2' } },
    } as const;
    await runSteps(request(steps, details), rig.effects);
    await runSteps(request(steps, { ...details, mode: 'simulate' }), rig.effects);
    const texts = JSON.stringify(heard).replaceAll('hunter2-step', '');
    expect(texts).not.toContain('hunter2');
    expect(texts).toContain('password: ***');
    expect(brief(heard)).toContain('attempt.finished hunter2-step failed');
    for (const { id } of rig.journal.runs())
      expect(JSON.stringify(rig.journal.run(id)).replaceAll('hunter2-step', '')).not.toContain('hunter2');
  });

  test('are withheld with the whole text when they cannot be looked for', async () => {
    const rig = rigFor({
      redact: () => {
        throw new Error('no list of secrets');
      },
      work: { a: async () => ({ output: 'hunter2' }) },
    });
    const { events } = await runSteps(request([step('a')]), rig.effects);
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(events[2]).toMatchObject({ output: '(withheld: it could not be searched for secrets)' });
  });
});

describe('a journal that cannot be written', () => {
  test('at the start: nothing is executed and the fault is thrown', async () => {
    let isExecuted = false;
    const rig = rigFor({ journal: fullFrom('run.started'), work: { a: async () => ((isExecuted = true), {}) } });
    await expect(runSteps(request([step('a')], { leases: ['x'] }), rig.effects)).rejects.toBe(full);
    expect(isExecuted).toBe(false);
    rig.journal.lease('x', 'other', 0);
  });

  test('before a step: it is not executed, and the listeners are told how the run ended', async () => {
    let isExecuted = false;
    const heard: MusterEvent[] = [];
    const rig = rigFor({
      journal: fullFrom('attempt.started'),
      work: { a: async () => ((isExecuted = true), {}) },
      listeners: [(event) => void heard.push(event)],
    });
    await expect(runSteps(request([step('a')]), rig.effects)).rejects.toBe(full);
    expect(isExecuted).toBe(false);
    expect(brief(heard)).toEqual(['run.started', 'run.finished failed']);
    expect(heard[1]).toMatchObject({ error: { code: 'journal-full' } });
  });

  test('after a step: nothing more starts, the others are stopped, and its outcome is unknown on record', async () => {
    const executed: string[] = [];
    const rig = rigFor({
      journal: fullFrom('attempt.finished'),
      work: {
        a: async () => (executed.push('a'), {}),
        slow: async ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
        next: async () => (executed.push('next'), {}),
      },
    });
    const steps = [step('slow'), step('a'), step('next', { needs: ['a'] })];
    const wanted = request(steps, { concurrency: 2 });
    await expect(runSteps(wanted, rig.effects)).rejects.toBe(full);
    expect(executed).toEqual(['a']);
    expect(rig.journal.run(wanted.id)?.steps.map((record) => record.status)).toEqual(['running', 'running', 'pending']);
  });

  test('only at the end: the fault is thrown all the same', async () => {
    const rig = rigFor({ journal: fullFrom('run.finished') });
    await expect(runSteps(request([step('a')]), rig.effects)).rejects.toBe(full);
  });

  test('a run that another process has taken over begins nothing more, and says so', async () => {
    const executed: string[] = [];
    const rig = rigFor({
      work: {
        a: async ({ run }) => {
          // Another process that could not see this one, and a heartbeat that seemed old.
          const taken = { type: 'run.interrupted', run, at: 0, kind: 'recover', name: 'x', steps: ['a'] } as const;
          rig.journal.append(taken);
          return {};
        },
        b: async () => (executed.push('b'), {}),
      },
    });
    const wanted = request([step('a'), step('b')]);
    await expect(runSteps(wanted, rig.effects)).rejects.toMatchObject({ code: 'run-not-running' });
    expect(executed).toEqual([]);
    expect(rig.journal.run(wanted.id)).toMatchObject({ status: 'failed' });
    expect(rig.journal.run(wanted.id)?.steps[0]).toMatchObject({ status: 'succeeded' });
  });
});
