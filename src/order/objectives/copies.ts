import type { Plan } from '../../plan/model/plan.ts';
import type { System } from '../../plan/model/system.ts';
import type { Judgement } from './verdict.ts';

export interface CopiesJudgement extends Judgement {
  readonly target: number | undefined;
  /** Storage targets that every backup of the system is on; of the schedule with the fewest. */
  readonly storage: readonly string[];
  /** Distinct locations that these targets name. */
  readonly locations: readonly string[];
}

/** `at-risk`: enough targets, but all of them are said to be in one location. */
export function judgeCopies(plan: Plan, system: System): CopiesJudgement {
  const target = system.objectives.copies;
  const storage = fewestTargets(system);
  const named = storage.flatMap((name) => plan.storage.get(name)?.location ?? []);
  const locations = [...new Set(named)];
  const found = { target, storage, locations };
  const reasons = [`each backup is on ${counted(storage, 'storage target')}`, locationReason(locations, storage)];
  if (!system.source) return { ...found, verdict: 'unknown', reasons: ['it has no source: there is nothing to copy'] };
  if (target === undefined)
    return { ...found, verdict: 'unknown', reasons: ['it has no number of copies', ...reasons] };
  if (storage.length < target) return { ...found, verdict: 'violated', reasons };
  const together = target > 1 && locations.length === 1 && named.length === storage.length;
  return { ...found, verdict: together ? 'at-risk' : 'met', reasons };
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
