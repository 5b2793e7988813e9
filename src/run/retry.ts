import type { Milliseconds } from '../base/clock.ts';
import type { Retry } from '../plan/model/common.ts';
import type { StepError } from '../steps/handler.ts';

/** However large `backoff` makes it, the wait between two tries is never longer: one day. */
export const longestWait: Milliseconds = 86_400_000;

/** Faults that waiting cannot mend: somebody must change the plan, a secret, or what is in the way. */
const hopeless = new Set([
  'wrong-passphrase',
  'empty-passphrase',
  'path-invalid',
  'probe-missing',
  'source-undefined',
  'source-not-a-database',
  'storage-inside-source',
  'restore-would-overwrite',
  'would-overwrite',
  'restore-target',
  'snapshot-ambiguous',
  'tree-unsafe',
  'expression-failed',
  'command-not-executable',
  'copy-not-tried',
]);
const hopelessFamily = /^(bad|invalid|unknown|unsupported)-/;

/**
 * Milliseconds until the next try after `attempt` failed; undefined when there is none. The plan asked for tries, so
 * every failure gets them, save those that waiting cannot mend. `retryable` can only lift that exception: most faults
 * do not know whether they pass by themselves (a storage that is not mounted, a server that restarts).
 */
export function waitBeforeRetry(retry: Retry, attempt: number, error: StepError | undefined): Milliseconds | undefined {
  if (attempt > retry.limit || isHopeless(error)) return undefined;
  return Math.min(longestWait, retry.interval * retry.backoff ** (attempt - 1));
}

function isHopeless(error: StepError | undefined): boolean {
  if (error === undefined || error.retryable) return false;
  return hopeless.has(error.code) || hopelessFamily.test(error.code);
}
