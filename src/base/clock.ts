/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;

/** Where effects take the time from, so that tests can set it. Pure code gets `now` as an argument instead. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}

/** The longest that a timer of Node can wait: 24.8 days. A longer one would fire at once. */
const longestTimer: Milliseconds = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    let left = ms;
    for (; left > longestTimer; left -= longestTimer) await sleepOnce(longestTimer, signal);
    await sleepOnce(left, signal);
  },
};

async function sleepOnce(ms: Milliseconds, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
