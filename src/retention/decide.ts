import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import { dateTime } from '../base/zone.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Retention } from '../plan/model/system.ts';
import { applyRules, type Verdict } from './rules.ts';

export interface RetentionDecision {
  /** Id of the backup. */
  readonly backup: string;
  readonly system: string;
  /** Undefined: made by hand. */
  readonly schedule: string | undefined;
  /** The target with a retention of its own that it is about; undefined: all that have none. */
  readonly storage: string | undefined;
  readonly startedAt: Instant;
  readonly action: 'keep' | 'delete';
  /** True when the rules would remove it, and a guard keeps it all the same. */
  readonly held?: boolean;
  /** At least one: the rules that keep it, or why no rule does. */
  readonly reasons: readonly string[];
}

/**
 * What the plan's retention says of each backup. A scope is a system and the schedule that asked for the backup (by hand is a scope
 * of its own); scopes never influence each other. What lies in a target with a retention of its own is decided about apart.
 * In a scope only complete backups count. What is dated after `now` is kept
 * and uses no slot; the rules count from the newest complete backup, so that a schedule which stopped deletes nothing.
 */
export function decide(plan: Plan, backups: readonly BackupRecord[], now: Instant): readonly RetentionDecision[] {
  return scopesOf(plan, backups).flatMap((scope) => decideScope({ plan, scope, now }));
}

interface Scope {
  readonly system: string;
  readonly schedule: string | undefined;
  readonly storage: string | undefined;
  /** Newest first. */
  readonly backups: BackupRecord[];
}

interface ScopeQuestion {
  readonly plan: Plan;
  readonly scope: Scope;
  readonly now: Instant;
}

function scopesOf(plan: Plan, backups: readonly BackupRecord[]): readonly Scope[] {
  const scopes = new Map<string, Scope>();
  for (const backup of backups) {
    const { system, schedule } = backup;
    for (const storage of placesOf(plan, backup)) {
      const key = JSON.stringify([system, schedule ?? null, storage]);
      const scope = scopes.get(key);
      if (scope) scope.backups.push(backup);
      else scopes.set(key, { system, schedule, storage, backups: [backup] });
    }
  }
  for (const scope of scopes.values()) scope.backups.sort(newestFirst);
  return [...scopes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope);
}

/** Targets with a retention of their own that hold it, and `undefined` for all others together. */
function placesOf({ storage }: Plan, backup: BackupRecord): ReadonlySet<string | undefined> {
  const stored = backup.storage.filter(({ status }) => status === 'stored');
  const places = stored.map(({ name }) => (storage.get(name)?.retention === undefined ? undefined : name));
  return new Set(places.length === 0 ? [undefined] : places);
}

function newestFirst(a: BackupRecord, b: BackupRecord): number {
  return b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1);
}

function decideScope(question: ScopeQuestion): readonly RetentionDecision[] {
  const { plan, scope, now } = question;
  const policy = policyOf(plan, scope);
  if (typeof policy === 'string') return scope.backups.map((backup) => decision(scope, backup, keep(policy)));
  const counted = scope.backups.filter((backup) => backup.startedAt <= now && isComplete(backup));
  const verdicts = applyRules(policy, counted, plan.timezone);
  return scope.backups.map((backup) => {
    if (backup.startedAt > now) return decision(scope, backup, keep('dated in the future: kept, takes no slot'));
    return decision(scope, backup, verdicts.get(backup.id) ?? incompleteVerdict(backup, counted[0], plan.timezone));
  });
}

/** The retention of the target, else of the schedule, else of the system; a text that says why there is none. */
function policyOf(plan: Plan, scope: Scope): Retention | string {
  const system = plan.systems.get(scope.system);
  if (!system) return `the plan has no system ${scope.system}: nothing decides about it`;
  const schedule = system.schedules.find((candidate) => candidate.name === scope.schedule);
  const own = scope.storage === undefined ? undefined : plan.storage.get(scope.storage)?.retention;
  const policy = plan.retention.get(own ?? schedule?.retention ?? system.retention ?? '');
  return policy ?? `${scope.system} has no retention: everything is kept`;
}

function isComplete(backup: BackupRecord): boolean {
  return backup.status === 'succeeded' && backup.files > 0;
}

/** Partial and empty backups stay for as long as they may hold what no complete one holds. */
function incompleteVerdict(backup: BackupRecord, newest: BackupRecord | undefined, timezone: string): Verdict {
  const what = backup.status === 'partial' ? 'partial' : 'empty';
  if (!newest || newest.startedAt <= backup.startedAt) return keep(`${what}: kept until a complete backup follows`);
  const follower = `${newest.id.slice(0, 8)} of ${dateTime(newest.startedAt, timezone)}`;
  return { action: 'delete', reasons: [`${what}: it takes no slot, and the complete backup ${follower} is newer`] };
}

function keep(reason: string): Verdict {
  return { action: 'keep', reasons: [reason] };
}

function decision({ storage }: Scope, backup: BackupRecord, verdict: Verdict): RetentionDecision {
  const { id, system, schedule, startedAt } = backup;
  return { backup: id, system, schedule, storage, startedAt, ...verdict };
}
