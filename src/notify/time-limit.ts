import type { Milliseconds } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { ChannelError } from './channel.ts';

export interface TimeLimit {
  readonly limit: Milliseconds;
  /** Ends the work before the time is up. */
  readonly signal: AbortSignal | undefined;
}

/** Time for work that was told to stop to say what it last met. */
const grace: Milliseconds = 1000;

/**
 * Runs `work` with a signal that is aborted when the time is up or the outer signal is. Rejects soon after, even when
 * the work does not heed its signal.
 */
export async function withinTime<T>(
  { limit, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const late = Promise.withResolvers<never>();
  const timers: NodeJS.Timeout[] = [];
  const stop = (reason: ChannelError): void => {
    abort.abort(reason);
    timers.push(setTimeout(() => late.reject(reason), grace));
  };
  const cancel = (): void => stop(cancelled());
  timers.push(setTimeout(() => stop(tooLate(limit)), limit));
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  try {
    return await Promise.race([work(abort.signal), late.promise]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function tooLate(limit: Milliseconds): ChannelError {
  return new ChannelError(`it was not taken within ${formatDuration(limit)}`, {
    retryable: true,
    hint: 'Check that the other side can be reached from this machine.',
  });
}

function cancelled(): ChannelError {
  return new ChannelError('it was cancelled before it was taken', { retryable: true });
}
