import type { Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { formatSize } from '../../base/size.ts';
import type { Plan } from '../../plan/model/plan.ts';
import type { Storage } from '../../plan/model/storage.ts';
import type { Retention } from '../../plan/model/system.ts';
import type { Judgement } from './verdict.ts';

/** Whether the locks of an immutable target suit what is kept there. */
export interface ImmutabilityJudgement extends Judgement {
  readonly storage: string;
  readonly lockedFor: Milliseconds;
  /** The longest that retention keeps a backup there, about; undefined: without end, or it counts backups, not time. */
  readonly keptFor: Milliseconds | undefined;
}

/** What is known of a target; growth in bytes a day. */
export interface StorageGrowth {
  readonly used: number | undefined;
  readonly growth: number | undefined;
}

const dayMs: Milliseconds = 86_400_000;

/**
 * `at-risk`: backups are kept for longer than they are locked, so that older ones can be destroyed; or the target is full before
 * the first of its locks ends, and nothing can be removed.
 */
export function judgeImmutability(
  plan: Plan,
  growthOf: (storage: string) => StorageGrowth | undefined,
): readonly ImmutabilityJudgement[] {
  return [...plan.storage.values()].flatMap((storage) => {
    if (storage.immutable === undefined) return [];
    const lockedFor = storage.immutable.for;
    const policies = policiesFor(plan, storage);
    const lengths = policies.map((policy) => lengthKept(policy));
    const keptFor = lengths.includes(undefined) ? undefined : Math.max(0, ...lengths.map((ms) => ms ?? 0));
    const risks = [
      ...retentionRisk(lockedFor, lengths, keptFor),
      ...capacityRisk(storage, lockedFor, growthOf(storage.name)),
    ];
    const fine = `backups are locked for ${formatDuration(lockedFor)}`;
    const verdict = risks.length === 0 ? 'met' : 'at-risk';
    return { storage: storage.name, lockedFor, keptFor, verdict, reasons: risks.length === 0 ? [fine] : risks };
  });
}

/** Of what is kept in a target; undefined among them: something has no policy. */
function policiesFor(plan: Plan, { name, retention }: Storage): readonly (Retention | undefined)[] {
  if (retention !== undefined) return [plan.retention.get(retention)];
  const names = [...plan.systems.values()].flatMap((system) => {
    const { to, copies = [] } = system.storage ?? {};
    const targets = [to, ...copies, ...system.schedules.map((schedule) => schedule.to)];
    if (!targets.includes(name)) return [];
    return [system.retention, ...system.schedules.map((schedule) => schedule.retention ?? system.retention)];
  });
  return [...new Set(names)].map((each) => (each === undefined ? undefined : plan.retention.get(each)));
}

const periods = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, quarterly: 92, yearly: 366 } as const;

/** About: slots are periods of the calendar. Undefined: without end. A number of backups says nothing of time. */
function lengthKept(policy: Retention | undefined): Milliseconds | undefined {
  if (policy === undefined) return undefined;
  const { keep } = policy;
  const slots = Object.entries(periods).map(([name, days]) => (keep[name as keyof typeof periods] ?? 0) * days * dayMs);
  const within = keep.within === undefined ? 0 : keep.within.months * 31 * dayMs + keep.within.ms;
  return Math.max(...slots, within);
}

function retentionRisk(
  lockedFor: Milliseconds,
  lengths: readonly (Milliseconds | undefined)[],
  keptFor: Milliseconds | undefined,
): readonly string[] {
  const locked = `but locked for ${formatDuration(lockedFor)} only: older ones can be destroyed`;
  if (lengths.includes(undefined)) return [`backups are kept without end, ${locked}`];
  if (keptFor === undefined || keptFor <= lockedFor) return [];
  return [`retention keeps backups for up to ${formatDuration(keptFor)}, ${locked}`];
}

function capacityRisk(
  { capacity }: Storage,
  lockedFor: Milliseconds,
  known: StorageGrowth | undefined,
): readonly string[] {
  const { used, growth } = known ?? {};
  if (capacity === undefined || used === undefined || growth === undefined || growth <= 0) return [];
  const then = used + (growth * lockedFor) / dayMs;
  if (then <= capacity) return [];
  const size = `${formatSize(Math.round(then))} of ${formatSize(capacity)}`;
  return [
    `it grows to ${size} within ${formatDuration(lockedFor)}, before anything that is written now can be removed`,
  ];
}
