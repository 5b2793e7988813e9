import type { Clock, Milliseconds } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { Retry } from '../../plan/model/common.ts';
import type { Operation } from './around.ts';

/** When a request that failed for a reason that may pass is made again. */
export interface RetryPolicy extends Retry {
  /** The longest wait that is chosen here; a server may ask for more. */
  readonly longest: Milliseconds;
  /** For all tries of a request and the waits between them; no further try begins after it. */
  readonly within: Milliseconds;
  /** The same while the store has not answered a single request: who is not there at all may be told soon. */
  readonly untilFirstAnswer?: Milliseconds | undefined;
}

/** Outlives a restart of a server, or a line that is down for a few minutes. */
export const defaultRetry: RetryPolicy = {
  limit: 8,
  interval: 500,
  backoff: 2,
  longest: 60_000,
  within: 600_000,
  untilFirstAnswer: 15_000,
};

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** When it is aborted, nothing is tried again any more. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Has the store answered anything yet? Default: yes. */
  readonly hasAnswered?: () => boolean;
}

/** For people who wonder why nothing happens. */
export interface RetryNotice extends Operation {
  /** Description of the store. */
  readonly store: string;
  /** Of the try that failed: 1 for the first. */
  readonly attempt: number;
  readonly wait: Milliseconds;
  readonly error: MusterError;
}

/** Another try can't mend these, whatever the store says of them. */
const permanent: ReadonlySet<string> = new Set([
  'storage-full',
  'storage-read-only',
  'storage-refused',
  'storage-missing',
  'object-missing',
  'object-locked',
  'object-archived',
  'bad-object-name',
]);

/**
 * Counts the tries of one request. The function that it returns is called with what a try threw: it waits until the next
 * try is due, or throws that again. The waits are chosen at random up to a bound that grows, so that many clients that
 * failed together don't come back together ("full jitter").
 */
export function countTries(
  request: Operation & { readonly store: string },
  options: RetryOptions,
): (error: unknown) => Promise<void> {
  const { policy, clock, random = Math.random, signal, onRetry, hasAnswered = () => true } = options;
  const begun = clock.now();
  let attempt = 0;
  return async (thrown) => {
    attempt += 1;
    if (!mayPass(thrown) || attempt > policy.limit) throw thrown;
    const bound = Math.min(policy.longest, policy.interval * policy.backoff ** (attempt - 1));
    const wait = Math.max(thrown.retryAfter ?? 0, Math.round(random() * bound));
    const within = hasAnswered() ? policy.within : (policy.untilFirstAnswer ?? policy.within);
    if (clock.now() - begun + wait > within) throw thrown;
    if (signal?.aborted) throw thrown;
    onRetry?.({ ...request, attempt, wait, error: thrown });
    await clock.sleep(wait, signal).catch(() => {
      // It says more than that the wait was stopped.
      throw thrown;
    });
  };
}

function mayPass(error: unknown): error is MusterError {
  return error instanceof MusterError && error.retryable && !permanent.has(error.code);
}
