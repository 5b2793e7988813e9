import type { Clock, Instant, Milliseconds } from '../../../src/base/clock.ts';

interface Sleeper {
  readonly until: Instant;
  readonly wake: () => void;
}

/** A clock that goes only when told to. */
export class ManualClock implements Clock {
  #now: Instant;
  #sleepers: Sleeper[] = [];
  #fellAsleep = Promise.withResolvers<void>();

  constructor(now: Instant = Date.now()) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  async sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    this.#fellAsleep.resolve();
    await promise;
  }

  /** Goes on by `ms` at once; resolves when something sleeps again, or `other` happens. */
  async advance(ms: Milliseconds, other: Promise<unknown> = new Promise(() => undefined)): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.until <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.until > this.#now);
    this.#fellAsleep = Promise.withResolvers();
    for (const sleeper of due) sleeper.wake();
    if (due.length > 0) await Promise.race([this.#fellAsleep.promise, other]);
  }
}
