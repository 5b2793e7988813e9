import type { Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { dateTime } from '../../base/zone.ts';
import type { System } from '../../plan/model/system.ts';
import type { Gap } from './gaps.ts';
import { verdictOn, type Judgement } from './verdict.ts';

export interface RpoJudgement extends Judgement {
  readonly target: Milliseconds | undefined;
  /** The most that may be lost: the longest gap plus the time a backup takes. Undefined when nothing is scheduled. */
  readonly worst: Milliseconds | undefined;
}

export interface RpoQuestion {
  readonly system: System;
  readonly gap: Gap | undefined;
  /** How long its last successful backup took. */
  readonly backupMs: Milliseconds | undefined;
  readonly timezone: string;
}

/**
 * A backup holds what was there when it began and can be used once it is done: until the next one is done, as much as the
 * gap between their starts plus the duration of the next one may be lost.
 */
export function judgeRpo(question: RpoQuestion): RpoJudgement {
  const { system, gap, backupMs } = question;
  const target = system.objectives.rpo;
  if (!gap) return { target, worst: undefined, ...withoutSchedule(system) };
  const worst = gap.until - gap.from + (backupMs ?? 0);
  const reasons = [gapReason(gap, question.timezone), durationReason(backupMs)];
  if (target === undefined) return { target, worst, verdict: 'unknown', reasons: ['it has no rpo', ...reasons] };
  return { target, worst, verdict: verdictOn(worst, target), reasons };
}

function withoutSchedule(system: System): Judgement {
  if (!system.source)
    return { verdict: 'unknown', reasons: ['it has no source: there is nothing to lose or to back up'] };
  const verdict = system.objectives.rpo === undefined ? 'unknown' : 'violated';
  return { verdict, reasons: ['no schedule backs it up'] };
}

function gapReason(gap: Gap, timezone: string): string {
  const length = formatDuration(gap.until - gap.from);
  return `longest gap between due backups in a year: ${length}, from ${dateTime(gap.from, timezone)} to ${dateTime(gap.until, timezone)}`;
}

function durationReason(ms: Milliseconds | undefined): string {
  return ms === undefined
    ? 'no backup was measured yet: its duration counts as 0'
    : `the last backup took ${formatDuration(ms)}`;
}
