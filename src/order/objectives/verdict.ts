import type { Milliseconds } from '../../base/clock.ts';

/**
 * `at-risk`: met, but with less than a fifth of the target to spare (copies: all in one location). `unknown`: cannot be
 * judged; the reasons say what is missing, which may be the target itself.
 */
export type Verdict = 'met' | 'at-risk' | 'violated' | 'unknown';

/** What was found, with the numbers it rests on. */
export interface Judgement {
  readonly verdict: Verdict;
  /** At least one. */
  readonly reasons: readonly string[];
}

/** More than this share of a target is used up: at risk. */
const riskFrom = 0.8;

/** Compares a length of time with what it may be at most. */
export function verdictOn(value: Milliseconds, target: Milliseconds): Verdict {
  if (value > target) return 'violated';
  return value > target * riskFrom ? 'at-risk' : 'met';
}
