import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { runSteps } from '../../src/run/engine.ts';
import { at, makeRig, request, step, type Rig, type RigOptions } from './rig.ts';

function rigFor(options: RigOptions): Rig {
  const rig = makeRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

/** A journal whose heartbeats do something else as well. */
function beating(heartbeat: (run: string) => void): (journal: Journal) => Journal {
  return (journal) => ({
    ...journal,
    heartbeat: (run, now) => {
      journal.heartbeat(run, now);
      heartbeat(run);
    },
  });
}

describe('while a run lasts', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('its owner says every 15 seconds that it is alive, and no longer', async () => {
    const beats: string[] = [];
    const rig = rigFor({
      journal: beating((run) => beats.push(run)),
      work: { a: async () => (vi.advanceTimersByTime(60_000), {}) },
    });
    const { id } = await runSteps(request([step('a')]), rig.effects);
    expect(beats).toEqual([id, id, id, id]);
    vi.advanceTimersByTime(60_000);
    expect(beats).toHaveLength(4);
  });

  test('a heartbeat that finds the lease lost stops the steps, and the run fails', async () => {
    const lost = new MusterError('another process took system:a over', { code: 'lease-lost' });
    const rig = rigFor({
      journal: beating(() => {
        throw lost;
      }),
      work: {
        a: ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      },
      listeners: [at('attempt.started', () => setImmediate(() => vi.advanceTimersByTime(15_000)))],
    });
    const wanted = request([step('a'), step('b')]);
    await expect(runSteps(wanted, rig.effects)).rejects.toBe(lost);
    const record = rig.journal.run(wanted.id);
    expect(record?.steps.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    expect(record?.events.at(-1)).toMatchObject({
      type: 'run.finished',
      status: 'failed',
      error: { code: 'lease-lost' },
    });
  });

  test('one that cannot be written now stops nothing', async () => {
    const rig = rigFor({
      journal: beating(() => {
        throw new MusterError('in use for too long', { code: 'journal-busy' });
      }),
      work: { a: async () => (vi.advanceTimersByTime(60_000), {}) },
    });
    expect(await runSteps(request([step('a')]), rig.effects)).toMatchObject({ status: 'succeeded' });
  });
});
