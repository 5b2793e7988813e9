import { MusterError } from '../../base/error.ts';
import type { Step } from '../../plan/model/runbook.ts';

/** Ids of the steps of its list that a step waits for: its own `needs`, else the step above it. */
export function needsOf(step: Step, steps: readonly Step[]): readonly string[] {
  if (step.needs !== undefined) return step.needs;
  const above = steps[steps.indexOf(step) - 1];
  return above === undefined ? [] : [above.id];
}

/** The steps as they stand in the file, but each after what it needs. Throws `dependency-cycle`. */
export function inOrderOfNeeds(steps: readonly Step[]): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered = new Set<Step>();
  const visit = (step: Step, path: readonly string[]): void => {
    if (ordered.has(step)) return;
    if (path.includes(step.id)) throw cycle([...path, step.id]);
    for (const id of needsOf(step, steps)) {
      const need = byId.get(id);
      if (need === undefined)
        throw new MusterError(`step ${step.id} needs ${id}, which is not there`, { code: 'unknown-step' });
      visit(need, [...path, step.id]);
    }
    ordered.add(step);
  };
  for (const step of steps) visit(step, []);
  return [...ordered];
}

function cycle(path: readonly string[]): MusterError {
  return new MusterError(`steps need each other in a circle: ${path.join(' → ')}`, {
    code: 'dependency-cycle',
    hint: 'Take one of these names out of a needs list.',
  });
}
