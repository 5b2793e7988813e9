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
  if (action.kind === 'backup') return [action.execution.system];
  if (action.kind === 'restore') return [action.system];
  return action.kind === 'verify' || action.kind === 'copy' ? [action.backup.system] : [];
}
