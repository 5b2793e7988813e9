import type { Instant, Milliseconds, MusterEvent } from '../../index.ts';

type Progress = Extract<MusterEvent, { readonly type: 'progress' }>;

/** How far a step has come. */
export interface TransferState {
  readonly elapsed: Milliseconds;
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
  /** Bytes a second over the last seconds; undefined before there is anything to measure. */
  readonly rate: number | undefined;
}

interface Sample {
  readonly at: Instant;
  readonly bytes: number;
}

/** How far back the rate looks, the least that it is measured over, and how long it is believed without news. */
const [span, shortest, longest] = [10_000, 500, 3000];

/** Measures one step from its events. */
export class Transfer {
  readonly #since: Instant;
  #samples: readonly Sample[];
  #bytesTotal: number | undefined;

  constructor(since: Instant) {
    this.#since = since;
    this.#samples = [{ at: since, bytes: 0 }];
  }

  add({ at, bytes, bytesTotal }: Progress): void {
    const newest = this.#samples.at(-1)?.bytes ?? 0;
    // A step may begin anew: a second pass, a second try.
    const earlier = bytes < newest ? [] : this.#samples.filter((sample) => at - sample.at <= span);
    this.#samples = [...earlier, { at, bytes }];
    this.#bytesTotal = bytesTotal;
  }

  state(now: Instant): TransferState {
    const elapsed = Math.max(0, now - this.#since);
    return { elapsed, bytes: this.#samples.at(-1)?.bytes ?? 0, bytesTotal: this.#bytesTotal, rate: this.#rate(now) };
  }

  #rate(now: Instant): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || now - last.at > longest) return undefined;
    const time = last.at - first.at;
    return time < shortest || last.bytes === first.bytes ? undefined : ((last.bytes - first.bytes) * 1000) / time;
  }
}
