import type { Milliseconds } from '../base/clock.ts';
import { ChannelError, type ChannelEffects } from './channel.ts';

/** Pauses between the tries: five tries within a minute, the time that one delivery has. */
const pauses: readonly Milliseconds[] = [1000, 4000, 15_000, 30_000];
/** A server that asks for a longer pause than this is not asked again. */
const longestPause: Milliseconds = 30_000;

/**
 * Calls `attempt` until it succeeds, fails for good, or the tries are used up. When an abort ends it after a failure,
 * that failure is thrown: it says more than the abort.
 */
export async function withRetry<T>(
  attempt: () => Promise<T>,
  { clock, signal }: Pick<ChannelEffects, 'clock' | 'signal'>,
): Promise<T> {
  let failure: unknown;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted && failure !== undefined) throw afterTries(failure, tries - 1);
      if (signal.aborted) throw error;
      failure = error;
    }
    const wait = pauseAfter(failure, tries);
    if (wait === undefined) throw tries === 1 ? failure : afterTries(failure, tries);
    await pause(clock.sleep(wait, signal), afterTries(failure, tries));
  }
}

/** Undefined: trying again is of no use. */
function pauseAfter(failure: unknown, tries: number): Milliseconds | undefined {
  const pause = pauses[tries - 1];
  if (pause === undefined || !(failure instanceof ChannelError) || !failure.retryable) return undefined;
  const wait = Math.max(failure.retryAfter ?? 0, pause);
  return wait > longestPause ? undefined : wait;
}

async function pause(sleep: Promise<void>, failure: unknown): Promise<void> {
  try {
    await sleep;
  } catch {
    // Only an abort ends a sleep early.
    throw failure;
  }
}

function afterTries(error: unknown, tries: number): unknown {
  if (!(error instanceof ChannelError) || !error.retryable) return error;
  const { message, hint, retryAfter } = error;
  const times = tries === 1 ? 'once' : `${tries} times`;
  return new ChannelError(`${message} (tried ${times})`, { retryable: true, retryAfter, ...(hint ? { hint } : {}) });
}
