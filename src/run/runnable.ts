import { MusterError } from '../base/error.ts';
import type { PlannedStep } from '../order/step.ts';
import type { RunRequest } from './request.ts';

/**
 * Throws `steps-invalid` for a list that could never be executed to its end: an id used twice, a need that is not in
 * it, one to come after that stands below, a cycle, no room for a single step. A fault of whoever made the list, found before anything is done.
 */
export function assertRunnable({ steps, concurrency }: RunRequest): void {
  const ids = new Set(steps.map((step) => step.id));
  if (ids.size < steps.length) throw invalid('two steps have the same id');
  for (const step of steps)
    for (const need of step.needs)
      if (!ids.has(need)) throw invalid(`step ${step.id} needs ${need}, which is not there`);
  refuseLaterSteps(steps);
  const stuck = inCycles(steps);
  if (stuck.length > 0) throw invalid(`these steps wait for each other: ${stuck.map(({ id }) => id).join(', ')}`);
  if (!(concurrency >= 1)) throw invalid(`${concurrency} steps at once are too few`);
}

/** What comes after only what stands above it can't wait for itself. */
function refuseLaterSteps(steps: readonly PlannedStep[]): void {
  const above = new Set<string>();
  for (const { id, after = [] } of steps) {
    const missing = after.find((other) => !above.has(other));
    if (missing !== undefined) throw invalid(`step ${id} comes after ${missing}, which does not stand above it`);
    above.add(id);
  }
}

/** Takes away what has no open needs until nothing changes. */
function inCycles(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  const left = new Set(steps.map((step) => step.id));
  let remaining = steps;
  for (;;) {
    const open = remaining.filter((step) => step.needs.some((need) => left.has(need)));
    if (open.length === remaining.length) return open;
    for (const step of remaining) if (!open.includes(step)) left.delete(step.id);
    remaining = open;
  }
}

function invalid(what: string): MusterError {
  return new MusterError(`the steps of the run cannot be executed: ${what}`, {
    code: 'steps-invalid',
    hint: 'Mend the needs of the steps.',
  });
}
