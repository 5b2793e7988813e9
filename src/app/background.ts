import type { RunBackground } from '../notify/occasion.ts';
import { criticalPath } from '../order/critical-path.ts';
import type { PlannedStep, StepAction } from '../order/step.ts';

/** What the planned steps of a run tell about it: the systems, in order, and how long it will take. */
export function backgroundOf(steps: readonly PlannedStep[] | undefined): RunBackground | undefined {
  if (!steps) return undefined;
  const systems = [...new Set(steps.flatMap((step) => systemOf(step.action)))];
  const { ms } = criticalPath(steps.map(({ id, needs, estimate }) => ({ name: id, needs, ms: estimate.ms })));
  return { systems, estimate: ms === 0 ? undefined : ms };
}

function systemOf(action: StepAction): readonly string[] {
  switch (action.kind) {
    case 'backup':
      return [action.execution.system];
    case 'restore':
      return [action.system];
    case 'verify':
      return [action.backup.system];
    default:
      return [];
  }
}
