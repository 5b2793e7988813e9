import type { Instant, Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import type { System } from '../../plan/model/system.ts';
import { verdictOn, type Judgement } from './verdict.ts';

export interface ProofJudgement extends Judgement {
  readonly target: Milliseconds | undefined;
  /** Time since the last restore whose result was checked; undefined when there was none. */
  readonly age: Milliseconds | undefined;
}

export interface ProofQuestion {
  readonly system: System;
  readonly now: Instant;
  readonly lastProvenRestoreAt: Instant | undefined;
  readonly firstBackupAt: Instant | undefined;
}

export function judgeProof(question: ProofQuestion): ProofJudgement {
  const { system, now, lastProvenRestoreAt } = question;
  const target = system.objectives.proof;
  const age = lastProvenRestoreAt === undefined ? undefined : Math.max(0, now - lastProvenRestoreAt);
  if (target === undefined) return { target, age, verdict: 'unknown', reasons: ['it has no proof objective'] };
  if (age === undefined) return { target, age, ...neverProven(question, target) };
  return {
    target,
    age,
    verdict: verdictOn(age, target),
    reasons: [`the last proven restore was ${formatDuration(age)} ago`],
  };
}

/** A young system may still be proven in time; one that has had backups for longer than the target is too late. */
function neverProven({ now, firstBackupAt }: ProofQuestion, target: Milliseconds): Judgement {
  const reason = 'no restore of it has been proven yet';
  if (firstBackupAt === undefined || now - firstBackupAt <= target) return { verdict: 'unknown', reasons: [reason] };
  const since = formatDuration(now - firstBackupAt);
  return { verdict: 'violated', reasons: [`${reason}, and its first backup is ${since} old`] };
}
