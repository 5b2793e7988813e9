import type { Milliseconds } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { MusterError } from '../base/error.ts';

export interface Limits {
  /** Aborted: the work is to stop. */
  readonly signal: AbortSignal;
  readonly timeout: Milliseconds | undefined;
  /** How long the work may take to stop after it was told to. */
  readonly grace: Milliseconds;
}

/** How a piece of work ended. `stopped`: it was told to stop before; `abandoned`: and did not. */
export type Ended<T> = {
  readonly stopped: MusterError | undefined;
} & (
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'abandoned' }
);

/** The longest that a timer of Node can wait: 24.8 days. A longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * Does work within limits. Its signal is aborted with a `MusterError`, `timeout` or `cancelled`. The timers are the
 * machine's own and not the clock's: a limit guards against real waiting, and must not follow a clock that jumps.
 */
export async function withinLimits<T>(work: (signal: AbortSignal) => Promise<T>, limits: Limits): Promise<Ended<T>> {
  const stop = new AbortController();
  const given = Promise.withResolvers<Ended<T>>();
  let grace: NodeJS.Timeout | undefined;
  const giveUp = (): void => given.resolve({ kind: 'abandoned', stopped: stoppedBy(stop.signal) });
  stop.signal.addEventListener('abort', () => {
    grace = setTimeout(giveUp, limits.grace);
  });
  const release = stopAtLimits(stop, limits);
  const ended = await Promise.race([settle(work, stop.signal), given.promise]);
  clearTimeout(grace);
  release();
  return ended;
}

async function settle<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Ended<T>> {
  try {
    const value = await work(signal);
    return { kind: 'value', value, stopped: stoppedBy(signal) };
  } catch (error) {
    return { kind: 'error', error, stopped: stoppedBy(signal) };
  }
}

function stopAtLimits(stop: AbortController, { signal, timeout }: Limits): () => void {
  const cancel = (): void => stop.abort(new MusterError(cancellation(signal), { code: 'cancelled' }));
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => stop.abort(timedOut(timeout)), Math.min(timeout, longestTimer));
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  };
}

function stoppedBy(signal: AbortSignal): MusterError | undefined {
  return signal.reason instanceof MusterError ? signal.reason : undefined;
}

function timedOut(timeout: Milliseconds): MusterError {
  return new MusterError(`not done after ${formatDuration(timeout)}`, {
    code: 'timeout',
    hint: 'Give it a longer `timeout`, or see what it was waiting for.',
    retryable: true,
  });
}

/** For people: what an aborted run has to say. A plain `abort()` has nothing to tell; an error of muster does. */
export function cancellation({ reason }: AbortSignal): string {
  return reason instanceof MusterError ? `the run was cancelled: ${reason.message}` : 'the run was cancelled';
}
