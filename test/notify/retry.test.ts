import { expect, test } from 'vitest';
import { ChannelError } from '../../src/notify/channel.ts';
import { withRetry } from '../../src/notify/retry.ts';
import { effects, hurriedClock } from './samples.ts';

const busy = (count: number): ChannelError => new ChannelError(`busy ${count}`, { retryable: true });

test('an abort during a pause ends it with the last failure', async () => {
  const abort = new AbortController();
  const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
    abort.abort(new Error('cancelled'));
    signal?.throwIfAborted();
  };
  const sent = withRetry(() => Promise.reject(busy(1)), {
    signal: abort.signal,
    clock: { ...hurriedClock(), sleep },
  });
  await expect(sent).rejects.toThrow('busy 1 (tried once)');
});

test('an abort during a later try ends it with the failure before', async () => {
  const abort = new AbortController();
  let count = 0;
  const attempt = async (): Promise<never> => {
    count += 1;
    if (count < 3) throw busy(count);
    abort.abort(new Error('cancelled'));
    throw abort.signal.reason;
  };
  await expect(withRetry(attempt, effects({ signal: abort.signal }))).rejects.toThrow('busy 2 (tried 2 times)');
});

test('an abort during the first try is thrown as it is', async () => {
  const abort = new AbortController();
  const attempt = async (): Promise<never> => {
    abort.abort(busy(0));
    throw abort.signal.reason;
  };
  await expect(withRetry(attempt, effects({ signal: abort.signal }))).rejects.toBe(abort.signal.reason);
});

test('a fault that is no failure of a channel is not tried again', async () => {
  const clock = hurriedClock();
  const bug = new TypeError('a bug');
  await expect(withRetry(() => Promise.reject(bug), effects({ clock }))).rejects.toBe(bug);
  expect(clock.pauses).toEqual([]);
});
