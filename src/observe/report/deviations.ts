import type { MusterEvent } from '../../journal/event.ts';
import type { RunRecord, StepRecord } from '../../journal/journal.ts';
import type { Plan } from '../../plan/model/plan.ts';

/** What did not go as planned, in words. */
export function deviationsOf(run: RunRecord, plan: Plan): readonly string[] {
  return [
    ...(run.planHash === plan.hash ? [] : ['the plan has changed since this run']),
    ...run.steps.flatMap(stepDeviations),
    ...run.events.flatMap((event) => eventDeviations(event, run)),
  ];
}

function stepDeviations(step: StepRecord): readonly string[] {
  const { id, status, attempts, error } = step;
  const why = error ? `: ${error.message}` : '';
  if (status === 'succeeded') return attempts > 1 ? [`${id} took ${attempts} attempts`] : [];
  if (status === 'skipped') return [`${id} was skipped: ${step.reason ?? 'no reason on record'}`];
  if (status === 'pending' || status === 'running') return [`${id} was not done`];
  return [`${id} ${status === 'partial' ? 'succeeded in part' : `ended as ${status}`}${why}`];
}

function eventDeviations(event: MusterEvent, run: RunRecord): readonly string[] {
  if (event.type === 'attempt.finished' && event.faults.length > 0)
    return [`${event.step}: ${faultsText(event.faults)}`];
  if (event.type === 'message.failed')
    return [`message ${event.message} to ${event.audience} by ${event.channel} failed: ${event.detail}`];
  if (event.type === 'listener.failed') return [`${event.listener} failed at ${event.of}: ${event.message}`];
  if (event.type === 'run.interrupted' && run.status !== 'interrupted') return ['it was interrupted and resumed'];
  return [];
}

function faultsText(faults: readonly { readonly path: string; readonly detail: string }[]): string {
  const some = faults.slice(0, 3).map(({ path, detail }) => `${path} (${detail})`);
  const more = faults.length - some.length;
  return `${faults.length} fault${faults.length === 1 ? '' : 's'}: ${some.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
