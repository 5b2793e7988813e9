import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { watch, type Verdict } from '../../src/steps/probes/watch.ts';

/** A clock that jumps over the waiting. */
function jumpingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

/** `+` is a good answer, `-` a bad one; the last goes on for ever. */
async function verdict(answers: string, stay?: number): Promise<Verdict> {
  let asked = 0;
  const ask = async () => {
    const well = (answers[asked] ?? answers.at(-1)) === '+';
    asked += 1;
    return { well, detail: `answer ${asked}` };
  };
  const probe = { successes: 2, failures: 3, interval: 10 };
  return await watch({ probe, ask, stay, clock: jumpingClock(), signal: new AbortController().signal });
}

describe('a probe that wants 2 good answers, or has 3 bad ones', () => {
  test.each([
    ['++', true, 2],
    ['-++', true, 3],
    ['--+-++', true, 6],
    ['---', false, 3],
    ['+---', false, 4],
    ['+-+---', false, 6],
  ])('%s: healthy is %s after %i answers', async (answers, healthy, count) => {
    expect(await verdict(answers)).toEqual({ healthy, answers: count, detail: `answer ${count}` });
  });

  test('gives up on answers that go back and forth', async () => {
    expect(await verdict('+-'.repeat(100))).toEqual({
      healthy: false,
      answers: 50,
      detail: 'good and bad answers by turns, at last: answer 50',
    });
  });

  test.each([
    ['++++++', true, 7],
    ['++++-++', true, 7],
    ['++++--+', true, 7],
    ['+++---', false, 6],
    ['++++++-+', true, 8],
  ])('%s, for 5 intervals: healthy is %s after %i answers', async (answers, healthy, count) => {
    expect(await verdict(answers, 50)).toMatchObject({ healthy, answers: count });
  });

  test('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const ask = async () => {
      stop.abort(new Error('enough'));
      return { well: false, detail: '' };
    };
    const probe = { successes: 1, failures: 5, interval: 1 };
    await expect(watch({ probe, ask, clock: jumpingClock(), signal: stop.signal })).rejects.toThrow('enough');
  });
});
