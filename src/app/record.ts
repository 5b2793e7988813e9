import type { ErrorFacts, MusterEvent } from '../journal/event.ts';
import type { RunRecord } from '../journal/journal.ts';
import type { StepFacts } from '../steps/handler.ts';

type AttemptEnd = Extract<MusterEvent, { readonly type: 'attempt.finished' }>;

/** How the last attempt at a step ended; undefined: none has. */
export function endOf(record: RunRecord, step: string): AttemptEnd | undefined {
  const end = record.events.findLast((event) => event.type === 'attempt.finished' && event.step === step);
  return end?.type === 'attempt.finished' ? end : undefined;
}

/** What the step has to tell, when it is of that kind. */
export function factsOf<K extends StepFacts['kind']>(
  end: AttemptEnd | undefined,
  kind: K,
): Extract<StepFacts, { readonly kind: K }> | undefined {
  // The handler of the kind wrote them.
  const facts = end?.facts as StepFacts | undefined;
  return facts?.kind === kind ? (facts as Extract<StepFacts, { readonly kind: K }>) : undefined;
}

/** Why a step did not succeed: what its last attempt says, else why it was never begun. */
export function errorOf(record: RunRecord, step: string): ErrorFacts | undefined {
  const end = endOf(record, step);
  if (end !== undefined) return end.error;
  const reason = record.steps.find(({ id }) => id === step)?.reason;
  return reason === undefined ? undefined : { code: 'not-begun', message: reason, hint: undefined };
}
