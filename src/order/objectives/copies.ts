import type { Plan } from '../../plan/model/plan.ts';
import type { System } from '../../plan/model/system.ts';
import type { Judgement } from './verdict.ts';

export interface CopiesJudgement extends Judgement {
  readonly target: number | undefined;
  /** Storage targets that every backup of the system is on; of the schedule with the fewest. */
  readonly storage: readonly string[];
  /** Distinct locations that these targets name. */
  readonly locations: readonly string[];
  /** Those of the targets that are in another location than the first one. */
  readonly offsite: readonly string[];
  /** Those of the targets that keep what was written from removal and change. */
  readonly immutable: readonly string[];
  /** What these lack of the rule 3-2-1-1-0; empty: nothing. The plan can't say whether backups are free of errors. */
  readonly lacks: readonly RulePart[];
}

/**
 * Parts of the rule 3-2-1-1-0, the data itself counted as one copy: three copies, on two media (which two storage targets
 * and the data are), one of them in another location, one that can't be changed, and no errors.
 */
export type RulePart = 'copies' | 'offsite' | 'immutable';

/** `at-risk`: enough targets, but all of them are said to be in one location. */
export function judgeCopies(
  plan: Plan,
  system: System,
  destructible: ReadonlySet<string> = new Set(),
): CopiesJudgement {
  const target = system.objectives.copies;
  const storage = fewestTargets(system);
  const named = storage.flatMap((name) => plan.storage.get(name)?.location ?? []);
  const locations = [...new Set(named)];
  const offsite = offsiteOf(plan, storage);
  const locking = storage.filter((name) => plan.storage.get(name)?.immutable !== undefined);
  const immutable = locking.filter((name) => !destructible.has(name));
  const lacks = lackingOf({ storage, offsite, immutable });
  const found = { target, storage, locations, offsite, immutable, lacks };
  const reasons = [
    `each backup is on ${counted(storage, 'storage target')}${laterReason(system)}`,
    locationReason(locations, storage),
    ruleReason(found),
    ...locking.filter((name) => destructible.has(name)).map(brokenReason),
  ];
  if (!system.source) return { ...found, verdict: 'unknown', reasons: ['it has no source: there is nothing to copy'] };
  if (target === undefined)
    return { ...found, verdict: 'unknown', reasons: ['it has no number of copies', ...reasons] };
  if (storage.length < target) return { ...found, verdict: 'violated', reasons };
  const together = target > 1 && locations.length === 1 && named.length === storage.length;
  return { ...found, verdict: together ? 'at-risk' : 'met', reasons };
}

/** Targets without a location are no reason to believe that they are elsewhere. */
function offsiteOf(plan: Plan, [first = '', ...others]: readonly string[]): readonly string[] {
  const home = plan.storage.get(first)?.location;
  if (home === undefined) return [];
  return others.filter((name) => ![undefined, home].includes(plan.storage.get(name)?.location));
}

function lackingOf({ storage, offsite, immutable }: Pick<CopiesJudgement, 'storage' | 'offsite' | 'immutable'>) {
  const parts: readonly (readonly [RulePart, boolean])[] = [
    ['copies', storage.length + 1 >= 3],
    ['offsite', offsite.length > 0],
    ['immutable', immutable.length > 0],
  ];
  return parts.flatMap(([part, holds]) => (holds ? [] : part));
}

const partNames: Readonly<Record<RulePart, string>> = {
  copies: 'a third copy (the data is the first)',
  offsite: 'a target in another location',
  immutable: "a target that can't be changed",
};

function ruleReason({ lacks, offsite, immutable }: Pick<CopiesJudgement, 'lacks' | 'offsite' | 'immutable'>): string {
  if (lacks.length > 0) return `of the rule 3-2-1-1-0 it lacks ${lacks.map((part) => partNames[part]).join(', ')}`;
  return `as the rule 3-2-1-1-0 wants: offsite ${offsite.join(', ')}, immutable ${immutable.join(', ')}`;
}

function brokenReason(name: string): string {
  return `${name} is to be immutable, but its last tamper test could destroy what it held`;
}

function laterReason({ storage }: System): string {
  const mode = storage?.replication?.mode ?? 'synchronous';
  if (storage === undefined || storage.copies.length === 0 || mode === 'synchronous') return '';
  return mode === 'batch' ? ', on the others from the next batch on' : ', on the others soon after';
}

function fewestTargets(system: System): readonly string[] {
  const use = system.storage;
  if (!use) return [];
  const firsts = system.schedules.length === 0 ? [use.to] : system.schedules.map((schedule) => schedule.to ?? use.to);
  const sets = firsts.map((first) => [...new Set([first, ...use.copies])]);
  return sets.reduce((fewest, set) => (set.length < fewest.length ? set : fewest));
}

function counted(names: readonly string[], what: string): string {
  return `${names.length} ${what}${names.length === 1 ? '' : 's'}${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
}

function locationReason(locations: readonly string[], storage: readonly string[]): string {
  if (locations.length === 0) return 'no location is named for them';
  const place = counted(locations, 'location');
  return locations.length === 1 && storage.length > 1
    ? `they are in ${place} only, as far as the plan says`
    : `in ${place}`;
}
