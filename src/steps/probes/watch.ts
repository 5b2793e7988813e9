import type { Clock, Milliseconds } from '../../base/clock.ts';
import type { Probe } from '../../plan/model/runbook.ts';
import type { Answer } from './answer.ts';

export interface Verdict {
  readonly healthy: boolean;
  /** How often it was asked. */
  readonly answers: number;
  readonly detail: string;
}

export interface WatchOptions {
  readonly probe: Pick<Probe, 'successes' | 'failures' | 'interval'>;
  readonly ask: () => Promise<Answer>;
  /** It must stay healthy that long after it became so. Default: not at all. */
  readonly stay?: Milliseconds | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A probe that goes back and forth is given up after so many times the answers that a verdict takes. */
const patience = 10;

/**
 * Asks until there are `successes` good answers in a row, and good ones for as long as it must stay so; or `failures`
 * bad ones in a row. `interval` lies between the end of one asking and the next.
 */
export async function watch({ probe, ask, stay = 0, clock, signal }: WatchOptions): Promise<Verdict> {
  const limit = patience * (probe.successes + probe.failures);
  let row = { well: true, length: 0 };
  let healthySince: number | undefined;
  for (let answers = 1; ; answers += 1) {
    const { well, detail } = await ask();
    row = { well, length: row.well === well ? row.length + 1 : 1 };
    if (!well && row.length >= probe.failures) return { healthy: false, answers, detail };
    if (well && row.length >= probe.successes) healthySince ??= clock.now();
    if (well && healthySince !== undefined && clock.now() - healthySince >= stay)
      return { healthy: true, answers, detail };
    if (healthySince === undefined && answers >= limit) return { healthy: false, answers, detail: unsteady(detail) };
    await clock.sleep(probe.interval, signal);
  }
}

function unsteady(detail: string): string {
  return `good and bad answers by turns, at last: ${detail}`;
}
