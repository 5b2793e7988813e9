import type { Instant, Milliseconds, MusterEvent } from '../../index.ts';

type Progress = Extract<MusterEvent, { readonly type: 'progress' }>;

/** How far a step has come. */
export interface TransferState {
  readonly elapsed: Milliseconds;
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
  /** Bytes a second over the last seconds; undefined before there is anything to measure. */
  readonly rate: number | undefined;
  /** Waiting for an archive. */
  readonly archive?: Progress['archive'];
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
  #archive: Progress['archive'];

  constructor(since: Instant) {
    this.#since = since;
    this.#samples = [{ at: since, bytes: 0 }];
  }

  add({ at, bytes, bytesTotal, archive }: Progress): void {
    const newest = this.#samples.at(-1)?.bytes ?? 0;
    // A step may begin anew: a second pass, a second try.
    const earlier = bytes < newest ? [] : this.#samples.filter((sample) => at - sample.at <= span);
    this.#samples = [...earlier, { at, bytes }];
    this.#bytesTotal = bytesTotal;
    this.#archive = archive;
  }

  state(now: Instant): TransferState {
    const elapsed = Math.max(0, now - this.#since);
    const bytes = this.#samples.at(-1)?.bytes ?? 0;
    return { elapsed, bytes, bytesTotal: this.#bytesTotal, rate: this.#rate(now), archive: this.#archive };
  }

  #rate(now: Instant): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || now - last.at > longest) return undefined;
    const time = last.at - first.at;
    return time < shortest || last.bytes === first.bytes ? undefined : ((last.bytes - first.bytes) * 1000) / time;
  }
}
