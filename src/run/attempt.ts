import type { Milliseconds } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { codeOf, messageOf, MusterError } from '../base/error.ts';
import type { PlannedStep } from '../order/step.ts';
import type { StepContext, StepError, StepFacts, StepHandlers, StepOutcome } from '../steps/handler.ts';
import { withinLimits, type Ended } from './deadline.ts';
import { executeAction } from './dispatch.ts';
import { verified } from './verified.ts';

/** How one attempt at a step ended. `facts` is undefined when the handler gave none: it threw, or never came back. */
export interface AttemptEnd extends Omit<StepOutcome, 'status' | 'facts'> {
  readonly status: StepOutcome['status'] | 'cancelled';
  readonly facts: StepFacts | undefined;
  /** It was told to stop and did not: another try could be a second one of it at work. */
  readonly mayGoOn: boolean;
}

export interface AttemptLimits {
  readonly signal: AbortSignal;
  readonly grace: Milliseconds;
}

/** Executes a step once, with the checks after it, within its timeout. Never rejects. */
export async function attemptStep(
  step: PlannedStep,
  handlers: StepHandlers,
  contextWith: (signal: AbortSignal) => StepContext,
  limits: AttemptLimits,
): Promise<AttemptEnd> {
  const work = async (signal: AbortSignal): Promise<StepOutcome> => {
    const context = contextWith(signal);
    const outcome = await executeAction(handlers, step.action, context);
    return outcome.status === 'failed' ? outcome : verified({ step, outcome, handlers, context });
  };
  return endOf(await withinLimits(work, { ...limits, timeout: step.timeout }), limits.grace);
}

function endOf(ended: Ended<StepOutcome>, grace: Milliseconds): AttemptEnd {
  if (ended.kind === 'abandoned') return abandoned(ended.stopped, grace);
  if (ended.kind === 'value') return stoppedOutcome(ended.value, ended.stopped);
  return ended.stopped === undefined ? withoutOutcome(stepErrorOf(ended.error)) : stoppedEnd(ended.stopped);
}

/** Work that succeeded although it was told to stop has succeeded: the record says what happened. */
function stoppedOutcome(outcome: StepOutcome, stopped: MusterError | undefined): AttemptEnd {
  if (stopped === undefined || outcome.status !== 'failed') return { ...outcome, mayGoOn: false };
  const { output, faults, facts } = outcome;
  return { ...stoppedEnd(stopped), output, faults, facts };
}

function stoppedEnd(stopped: MusterError): AttemptEnd {
  const end = withoutOutcome(stepErrorOf(stopped));
  return stopped.code === 'cancelled' ? { ...end, status: 'cancelled' } : end;
}

function abandoned(stopped: MusterError | undefined, grace: Milliseconds): AttemptEnd {
  const end = stopped === undefined ? withoutOutcome(undefined) : stoppedEnd(stopped);
  const late = `it did not stop within ${formatDuration(grace)} of being told to: it may still be going on`;
  const error = {
    code: end.error?.code ?? 'timeout',
    message: `${end.error?.message ?? 'it did not end'}, and ${late}`,
    hint: 'See whether it is still at work before you start it again.',
    retryable: false,
  };
  return { ...end, error, mayGoOn: true };
}

function withoutOutcome(error: StepError | undefined): AttemptEnd {
  return { status: 'failed', error, output: undefined, faults: [], facts: undefined, mayGoOn: false };
}

/** What was foreseen keeps its code; anything else is a fault of muster and is called so. */
export function stepErrorOf(error: unknown): StepError {
  if (error instanceof MusterError) {
    const { code, message, hint, retryable } = error;
    return { code, message, hint, retryable };
  }
  return { code: codeOf(error) ?? 'unexpected', message: messageOf(error), hint: undefined, retryable: false };
}
