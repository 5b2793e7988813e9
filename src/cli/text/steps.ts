import { formatDuration, type PlannedStep } from '../../index.ts';

/** Steps that would be executed, in their order, with what they wait for. */
export function renderSteps(steps: readonly PlannedStep[]): string {
  return steps
    .map((step, index) => `${String(index + 1).padStart(3)}. ${step.title}${estimateOf(step)}${needsOf(step)}`)
    .join('\n');
}

function estimateOf(step: PlannedStep): string {
  return step.estimate.from === 'none'
    ? ''
    : ` (about ${formatDuration(step.estimate.ms)}, ${step.estimate.from === 'measured' ? 'measured' : 'estimated'})`;
}

function needsOf(step: PlannedStep): string {
  return step.needs.length === 0 ? '' : `\n       after ${step.needs.join(', ')}`;
}
