import type { BackupRecord } from '../base/backup.ts';
import type { Clock } from '../base/clock.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { Occasion, RunBackground } from './occasion.ts';
import { afterEvent, type RunFacts } from './run-facts.ts';

export interface RunMemoryEffects {
  readonly clock: Clock;
  /** By its full id. */
  readonly backupOf: (id: string) => BackupRecord | undefined;
  /** What the run was planned to do; undefined when that is not known. */
  readonly background: (run: string) => RunBackground | undefined;
}

/** What is known of the runs that are under way, for the messages about them. */
export interface RunMemory {
  /** Takes in an event; resolves to the facts after it. A run is forgotten with its last event. */
  learn(event: MusterEvent): RunFacts;
  /** `event`: for the messages of routes. */
  occasion(run: RunFacts | undefined, event?: MusterEvent): Occasion;
  of(run: string | undefined): RunFacts | undefined;
}

export function createRunMemory(effects: RunMemoryEffects): RunMemory {
  const runs = new Map<string, RunFacts>();
  return {
    learn: (event) => {
      const facts = afterEvent(runs.get(event.run), event);
      if (isLast(event)) runs.delete(event.run);
      else runs.set(event.run, facts);
      return facts;
    },
    occasion: (run, event) => occasionOf(effects, run, event),
    of: (run) => (run === undefined ? undefined : runs.get(run)),
  };
}

function isLast(event: MusterEvent): boolean {
  return event.type === 'run.finished' || event.type === 'run.interrupted';
}

function occasionOf(
  { clock, backupOf, background }: RunMemoryEffects,
  run: RunFacts | undefined,
  event: MusterEvent | undefined,
): Occasion {
  return {
    now: clock.now(),
    run,
    event,
    background: run && background(run.id),
    restored: run?.restored.flatMap((id) => backupOf(id) ?? []),
  };
}
