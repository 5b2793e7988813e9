import type { Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { dateTime } from '../../base/zone.ts';
import type { System } from '../../plan/model/system.ts';
import type { Gap } from './gaps.ts';
import { verdictOn, type Judgement, type Verdict } from './verdict.ts';

export interface RpoJudgement extends Judgement {
  readonly target: Milliseconds | undefined;
  /** The most that may be lost: the longest gap plus the time a backup takes. Undefined when nothing is scheduled. */
  readonly worst: Milliseconds | undefined;
  /** The same for each further target, if it alone were left. */
  readonly copies: readonly CopyRpo[];
}

export interface CopyRpo {
  readonly storage: string;
  readonly worst: Milliseconds | undefined;
  readonly verdict: Verdict;
}

export interface RpoQuestion {
  readonly system: System;
  readonly gap: Gap | undefined;
  /** How long its last successful backup took. */
  readonly backupMs: Milliseconds | undefined;
  readonly timezone: string;
  /** How much later than the backup itself its copy is there, by the plan and as measured. */
  readonly delays: readonly CopyDelay[];
}

export interface CopyDelay {
  readonly storage: string;
  readonly ms: Milliseconds;
}

/**
 * A backup holds what was there when it began and can be used once it is done: until the next one is done, as much as the
 * gap between their starts plus the duration of the next one may be lost. A copy comes later still: when everything but
 * one target is lost, so much more is; the objective is at risk when one of them would not keep it.
 */
export function judgeRpo(question: RpoQuestion): RpoJudgement {
  const { system, gap, backupMs, delays } = question;
  const target = system.objectives.rpo;
  if (!gap) return { target, worst: undefined, copies: delays.map(unknownCopy), ...withoutSchedule(system) };
  const worst = gap.until - gap.from + (backupMs ?? 0);
  const copies = delays.map(({ storage, ms }) => copyRpo(storage, worst + ms, target));
  const reasons = [gapReason(gap, question.timezone), durationReason(backupMs)];
  const found = { target, worst, copies };
  if (target === undefined) return { ...found, verdict: 'unknown', reasons: ['it has no rpo', ...reasons] };
  const verdict = verdictOn(worst, target);
  const late = verdict === 'violated' ? [] : copies.filter((copy) => copy.verdict === 'violated').map(lateReason);
  return {
    ...found,
    verdict: verdict === 'met' && late.length > 0 ? 'at-risk' : verdict,
    reasons: [...late, ...reasons],
  };
}

function unknownCopy({ storage }: CopyDelay): CopyRpo {
  return { storage, worst: undefined, verdict: 'unknown' };
}

function copyRpo(storage: string, worst: Milliseconds, target: Milliseconds | undefined): CopyRpo {
  return { storage, worst, verdict: target === undefined ? 'unknown' : verdictOn(worst, target) };
}

function lateReason({ storage, worst = 0 }: CopyRpo): string {
  return `with only ${storage} left, up to ${formatDuration(worst)} may be lost`;
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
