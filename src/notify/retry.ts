import type { Milliseconds } from '../base/clock.ts';
import { ChannelError, type ChannelEffects } from './channel.ts';

/** Pauses between the tries: five tries within a minute, the time that one delivery has. */
export const pauses: readonly Milliseconds[] = [1000, 4000, 15_000, 30_000];
/** A server that asks for a longer pause than this is not asked again. */
const longestPause: Milliseconds = 30_000;

/**
 * Calls `attempt` until it succeeds, fails for good, or the tries are used up. An abort during a pause ends it with
 * the last failure, which says more than the abort.
 */
export async function withRetry<T>(
  attempt: () => Promise<T>,
  effects: Pick<ChannelEffects, 'clock' | 'signal'>,
): Promise<T> {
  for (const [index, pause] of pauses.entries()) {
    try {
      return await attempt();
    } catch (error) {
      const wait = pauseAfter(error, pause);
      if (wait === undefined) throw error;
      await effects.clock.sleep(wait, effects.signal).catch(() => {
        throw afterTries(error, index + 1);
      });
    }
  }
  return await lastTry(attempt);
}

/** Undefined: trying again is of no use. */
function pauseAfter(error: unknown, pause: Milliseconds): Milliseconds | undefined {
  if (!(error instanceof ChannelError) || !error.retryable) return undefined;
  const wait = Math.max(error.retryAfter ?? 0, pause);
  return wait > longestPause ? undefined : wait;
}

async function lastTry<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    throw afterTries(error, pauses.length + 1);
  }
}

function afterTries(error: unknown, tries: number): unknown {
  if (!(error instanceof ChannelError) || !error.retryable) return error;
  const { message, hint, retryAfter } = error;
  const times = tries === 1 ? 'once' : `${tries} times`;
  return new ChannelError(`${message} (tried ${times})`, { retryable: true, retryAfter, ...(hint ? { hint } : {}) });
}
