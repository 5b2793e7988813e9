import { dateTime, formatDuration, type MusterEvent, type RunRecord, type StepRecord } from '../../index.ts';
import { faultLines } from './fault.ts';
import { oneLine } from './printable.ts';

/** One run with its steps, and all that was missing or went wrong. */
export function renderRun(run: RunRecord, timezone: string): string {
  const { id, kind, name, mode, status, by, startedAt, finishedAt, reason } = run;
  const until = finishedAt === undefined ? '' : ` to ${dateTime(finishedAt, timezone)}`;
  return [
    `run ${id}: ${kind} ${name}, ${mode === 'execute' ? 'executed' : 'simulated'}: ${status}`,
    `  by ${by}, from ${dateTime(startedAt, timezone)}${until}`,
    ...(reason === undefined ? [] : [`  reason: ${reason}`]),
    ...run.steps.flatMap((step) => stepLines(step, run.events)),
    ...run.events.flatMap(messageLine),
  ].join('\n');
}

function stepLines(step: StepRecord, events: readonly MusterEvent[]): readonly string[] {
  const { id, title, status, attempts, startedAt, finishedAt } = step;
  const took =
    startedAt === undefined || finishedAt === undefined ? '' : ` in ${formatDuration(finishedAt - startedAt)}`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const why = step.error?.message ?? step.reason;
  const end = events.findLast((event) => event.type === 'attempt.finished' && event.step === id);
  const faults = end?.type === 'attempt.finished' ? end.faults : [];
  return [
    `  ${status.padEnd(11)} ${title}${took}${tries}${why === undefined ? '' : `: ${oneLine(why)}`}`,
    ...(end?.type === 'attempt.finished' && end.error?.hint !== undefined ? [`    hint: ${end.error.hint}`] : []),
    ...faultLines(faults, Number.POSITIVE_INFINITY),
  ];
}

/** Messages of routes belong to no step. */
function messageLine(event: MusterEvent): readonly string[] {
  return event.type === 'message.failed'
    ? [`  message ${event.message} to ${event.audience} by ${event.channel} failed: ${oneLine(event.detail)}`]
    : [];
}
