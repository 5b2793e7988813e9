import type { Instant, Milliseconds } from '../../base/clock.ts';
import type { RunRecord } from '../../journal/journal.ts';
import type { Judgement } from '../../order/objectives/verdict.ts';
import type { RestoredSystem } from './restored.ts';

export interface Achieved extends Judgement {
  readonly target: Milliseconds | undefined;
  readonly achieved: Milliseconds | undefined;
}

/**
 * The service counts as verified at the end of the last step that was more than a message or a pause: restores, commands and probes
 * with their own checks. Undefined unless the whole run succeeded, and for a simulation.
 */
export function verifiedAt(run: RunRecord): Instant | undefined {
  if (run.mode === 'simulate' || run.status !== 'succeeded') return undefined;
  const ends = run.steps.flatMap(({ kind, status, finishedAt }) =>
    status === 'succeeded' && kind !== 'notify' && kind !== 'wait' && finishedAt !== undefined ? [finishedAt] : [],
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** From the declaration to verified service. */
export function achievedRto(run: RunRecord, target: Milliseconds | undefined): Achieved {
  if (run.mode === 'simulate') return { target, achieved: undefined, ...simulated };
  const end = verifiedAt(run);
  if (end !== undefined)
    return {
      achieved: end - run.startedAt,
      ...compared(end - run.startedAt, target, 'from the declaration to verified service'),
    };
  const spent = (run.finishedAt ?? run.startedAt) - run.startedAt;
  const late = target !== undefined && spent > target;
  return {
    target,
    achieved: undefined,
    verdict: late ? 'violated' : 'unknown',
    reasons: [`the run is ${run.status}: service was not verified`],
  };
}

/** What was written after the oldest of the restored backups began, up to the declaration, may be lost. */
export function achievedRpo(
  run: RunRecord,
  systems: readonly RestoredSystem[],
  target: Milliseconds | undefined,
): Achieved {
  if (run.mode === 'simulate') return { target, achieved: undefined, ...simulated };
  const starts = systems.flatMap(({ backupStartedAt }) => (backupStartedAt === undefined ? [] : [backupStartedAt]));
  if (starts.length === 0 || starts.length < systems.length)
    return { target, achieved: undefined, verdict: 'unknown', reasons: [unknownAge(systems)] };
  const achieved = Math.max(0, run.startedAt - Math.min(...starts));
  return { achieved, ...compared(achieved, target, 'from the start of the oldest restored backup to the declaration') };
}

const simulated: Judgement = { verdict: 'unknown', reasons: ['a simulation proves nothing'] };

function compared(achieved: Milliseconds, target: Milliseconds | undefined, what: string): Omit<Achieved, 'achieved'> {
  if (target === undefined) return { target, verdict: 'unknown', reasons: ['the runbook sets no target', what] };
  return { target, verdict: achieved > target ? 'violated' : 'met', reasons: [what] };
}

function unknownAge(systems: readonly RestoredSystem[]): string {
  return systems.length === 0 ? 'no system was restored' : 'the age of a restored backup is not known';
}
