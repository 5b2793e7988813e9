import { dirname } from 'node:path';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { Place } from './place.ts';
import type { ChosenPlan } from './sealed/choose-plan.ts';
import type { PlacedPlan } from './sealed/place-files.ts';

export interface PlaceFacts {
  readonly place: Place;
  readonly chosen: ChosenPlan;
  readonly placed: PlacedPlan;
  /** Undefined when it can't be read as it is. */
  readonly loaded: Plan | undefined;
  /** `planHash` of the newest run of its catalog. */
  readonly newestPlan: string | undefined;
}

/** What is not as it was on the machine that is gone, in words. */
export function placeNotes(facts: PlaceFacts): readonly string[] {
  return [...facts.chosen.notes, ...folderNote(facts), ...hashNotes(facts), ...targetNote(facts)];
}

function folderNote({ chosen: { entry, host }, placed }: PlaceFacts): readonly string[] {
  const [before, now] = [dirname(entry), dirname(placed.entry)];
  if (before === now) return [];
  return [`the plan was in ${before} on ${host}: relative paths in it begin at ${now} now`];
}

function hashNotes({ chosen, loaded, newestPlan }: PlaceFacts): readonly string[] {
  const notes: string[] = [];
  if (newestPlan !== undefined && newestPlan !== chosen.planHash)
    notes.push('the newest run was made with another plan than the newest one that is sealed: this one may be older');
  if (loaded !== undefined && loaded.hash !== chosen.planHash)
    notes.push(
      `the plan says something else with this release of muster; it extends ${chosen.bundled.join(', ') || 'nothing'}`,
    );
  return notes;
}

function targetNote({ place, chosen: { storage }, loaded }: PlaceFacts): readonly string[] {
  const planned = loaded?.storage.get(storage);
  if (planned === undefined || whereIs(planned) === whereIs(place.storage)) return [];
  return [
    `storage ${storage} is ${whereIs(planned)} in the plan, and was read from ${whereIs(place.storage)}: bring it there, or change the plan`,
  ];
}

/** The type and whatever of these it has. */
function whereIs(storage: Storage): string {
  const values = Object.entries(storage).filter(
    ([key, value]) => placeKeys.has(key) && value !== undefined && value !== '',
  );
  return [storage.type, ...values.map(([, value]) => String(value))].join(' ');
}

const placeKeys: ReadonlySet<string> = new Set(
  'path endpoint account container bucket prefix host port url'.split(' '),
);
