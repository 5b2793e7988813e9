import { formatDuration, dateTime, type RunRecord, type StepRecord } from '../../index.ts';

/** One run with its steps. */
export function renderRun(run: RunRecord, timezone: string): string {
  const lines = [
    `run ${run.id}: ${run.kind} ${run.name} (${run.mode}), ${run.status}`,
    `  by ${run.by}, from ${dateTime(run.startedAt, timezone)}${run.finishedAt === undefined ? '' : ` to ${dateTime(run.finishedAt, timezone)}`}`,
    ...(run.reason === undefined ? [] : [`  reason: ${run.reason}`]),
  ];
  return [...lines, ...run.steps.map(stepLine)].join('\n');
}

function stepLine(step: StepRecord): string {
  const took =
    step.startedAt !== undefined && step.finishedAt !== undefined
      ? ` in ${formatDuration(step.finishedAt - step.startedAt)}`
      : '';
  const tries = step.attempts > 1 ? `, ${step.attempts} attempts` : '';
  return `  ${step.status.padEnd(11)} ${step.title}${took}${tries}${step.error ? `: ${step.error.message}` : ''}`;
}
