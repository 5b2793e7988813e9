import type { Clock, Instant, Milliseconds } from '../../base/clock.ts';
import { dayMs, wallTimeAt } from '../../base/zone.ts';
import type { TransferLimit } from '../../plan/model/storage.ts';

/** How fast bytes may go, for all stores of one target in this process. */
export interface SpeedLimit {
  readonly upload: Tap;
  readonly download: Tap;
}

export interface Tap {
  /** The most bytes to send or ask for at once, so that it stays smooth; undefined: no limit in this direction. */
  readonly piece: number | undefined;
  /** Resolves when so many bytes may go, or as soon as the signal is aborted. First come, first served. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

export function createSpeedLimit(limit: TransferLimit, clock: Clock): SpeedLimit {
  const until = (now: Instant): Milliseconds => limitedFor(limit.window, now);
  return {
    upload: createTap({ rate: limit.upload, limitedFor: until, clock }),
    download: createTap({ rate: limit.download, limitedFor: until, clock }),
  };
}

const minuteMs = 60_000;
const dayMinutes = 1440;

/** For how long from now the limit holds without a break: 0 outside the window. Looked at again each minute at least. */
function limitedFor(window: TransferLimit['window'], now: Instant): Milliseconds {
  if (window === undefined) return minuteMs;
  const { from, until, timezone } = window;
  const wall = wallTimeAt(timezone, now);
  const minute = Math.floor((((wall % dayMs) + dayMs) % dayMs) / minuteMs);
  // Equal ends are a whole day.
  const length = (until - from + dayMinutes) % dayMinutes || dayMinutes;
  const into = (minute - from + dayMinutes) % dayMinutes;
  // A clock changes its offset at whole minutes only.
  return into < length ? minuteMs - (((wall % minuteMs) + minuteMs) % minuteMs) : 0;
}

interface TapOptions {
  /** Bytes a second; undefined: no limit. */
  readonly rate: number | undefined;
  readonly limitedFor: (now: Instant) => Milliseconds;
  readonly clock: Clock;
}

function createTap({ rate, limitedFor, clock }: TapOptions): Tap {
  if (rate === undefined) return { piece: undefined, take: () => Promise.resolve() };
  const bucket = new Bucket(rate, clock.now());
  let turn = Promise.resolve();
  const wait = async (bytes: number, signal: AbortSignal | undefined): Promise<void> => {
    for (;;) {
      if (signal?.aborted) return;
      const now = clock.now();
      const limited = limitedFor(now);
      if (limited === 0) return;
      const missing = bucket.take(bytes, now);
      if (missing === 0) return;
      await clock.sleep(Math.min(missing, limited), signal).catch(() => undefined);
    }
  };
  return {
    piece: pieceAt(rate),
    take: async (bytes, signal) => {
      const mine = turn.then(() => wait(bytes, signal));
      turn = mine.catch(() => undefined);
      await mine;
    },
  };
}

const [smallestPiece, largestPiece] = [64 * 1024, 8 * 2 ** 20];

/** What goes in a quarter of a second. */
function pieceAt(rate: number): number {
  return Math.min(largestPiece, Math.max(smallestPiece, Math.round(rate / 4)));
}

/** Fills at the rate up to a quarter of a second's worth. More than that may be taken at once: it is owed then. */
class Bucket {
  readonly #rate: number;
  readonly #most: number;
  #level: number;
  #at: Instant;

  constructor(rate: number, now: Instant) {
    this.#rate = rate;
    this.#most = rate / 4;
    this.#level = this.#most;
    this.#at = now;
  }

  /** Zero when taken, else how long to wait before it is worth to ask again. */
  take(bytes: number, now: Instant): Milliseconds {
    // A clock that was set back gives nothing, and takes nothing.
    this.#level = Math.min(this.#most, this.#level + (Math.max(0, now - this.#at) * this.#rate) / 1000);
    this.#at = now;
    const needed = Math.min(bytes, this.#most);
    if (this.#level < needed) return Math.max(1, Math.ceil(((needed - this.#level) * 1000) / this.#rate));
    this.#level -= bytes;
    return 0;
  }
}
