import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import { type WallTime, wallTimeAt } from '../base/zone.ts';
import type { Retention, RetentionCounts } from '../plan/model/system.ts';
import { type Period, periodLabel } from './calendar.ts';
import { describeCalendarDuration, instantBefore } from './calendar-duration.ts';

export interface Verdict {
  readonly action: 'keep' | 'delete';
  readonly reasons: readonly string[];
}

/**
 * Applies a policy to the complete backups of one scope, newest first; the first is what everything counts from. Every rule counts for itself:
 * one backup may use a slot in each (as restic's `forget`). A rule keeps the newest backup of each period until its slots are used; the oldest
 * backup fills a slot that is left. The newest `minimum` backups are kept whatever the rules say.
 */
export function applyRules(
  policy: Retention,
  backups: readonly BackupRecord[],
  timezone: string,
): ReadonlyMap<string, Verdict> {
  const counters = countersOf(policy.keep);
  const within = withinOf(policy, backups[0]?.startedAt, timezone);
  const verdicts = new Map<string, Verdict>();
  for (const [index, backup] of backups.entries()) {
    const wall = wallTimeAt(timezone, backup.startedAt);
    const answers = counters.map((counter) => counter(wall, index === backups.length - 1));
    if (within) answers.push(within(backup.startedAt));
    if (index < policy.minimum) answers.push({ keeps: true, reason: `minimum: one of the newest ${policy.minimum}` });
    verdicts.set(backup.id, verdictOf(answers, policy.name));
  }
  return verdicts;
}

interface Answer {
  readonly keeps: boolean;
  readonly reason: string;
}

/** Asked about each backup, newest first. */
type Counter = (wall: WallTime, isOldest: boolean) => Answer;

const rules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'] as const;

function countersOf(counts: RetentionCounts): readonly Counter[] {
  return rules.flatMap((rule) => {
    const slots = counts[rule] ?? 0;
    return slots > 0 ? [counterOf(rule, slots)] : [];
  });
}

function counterOf(rule: Period | 'last', slots: number): Counter {
  let used = 0;
  let previous: string | undefined;
  return (wall, isOldest) => {
    if (used === slots) return { keeps: false, reason: `${rule}: newer backups use its slots (${slots})` };
    const label = rule === 'last' ? `number ${used + 1}` : periodLabel(rule, wall);
    const isNew = label !== previous;
    if (!isNew && !isOldest) return { keeps: false, reason: `${rule}: ${label} has a newer backup` };
    previous = label;
    used += 1;
    return {
      keeps: true,
      reason: `${rule}: ${isNew ? newestOf(rule, label) : 'oldest, fills a free slot'} (${used} of ${slots})`,
    };
  };
}

function newestOf(rule: Period | 'last', label: string): string {
  return rule === 'last' ? 'newest' : `newest of ${label}`;
}

function withinOf(
  policy: Retention,
  newest: Instant | undefined,
  timezone: string,
): ((at: Instant) => Answer) | undefined {
  const duration = policy.keep.within;
  if (!duration || newest === undefined) return undefined;
  const limit = instantBefore(newest, duration, timezone);
  const text = describeCalendarDuration(duration);
  return (at) =>
    at > limit
      ? { keeps: true, reason: `within: not older than ${text} before the newest` }
      : { keeps: false, reason: `within: older than ${text} before the newest` };
}

function verdictOf(answers: readonly Answer[], policy: string): Verdict {
  const reasons = answers.filter((answer) => answer.keeps).map((answer) => answer.reason);
  if (reasons.length > 0) return { action: 'keep', reasons };
  return { action: 'delete', reasons: [`no rule of ${policy} keeps it`, ...answers.map((answer) => answer.reason)] };
}
