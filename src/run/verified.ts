import { messageOf } from '../base/error.ts';
import type { PlannedCheck, PlannedStep, StepAction } from '../order/step.ts';
import type { StepContext, StepHandlers, StepOutcome } from '../steps/handler.ts';
import { executeAction } from './dispatch.ts';

interface Done {
  readonly step: PlannedStep;
  readonly outcome: StepOutcome;
  readonly handlers: StepHandlers;
  readonly context: StepContext;
}

/** Asks what the plan wants to hold after the step, in order, until one does not: then the step has failed. */
export async function verified({ step, outcome, handlers, context }: Done): Promise<StepOutcome> {
  for (const [index, check] of step.verify.entries()) {
    const fault = await faultOf(handlers, check, context);
    if (fault === undefined) continue;
    const which = `check ${index + 1} of ${step.verify.length} (${nameOf(check)})`;
    return { ...outcome, status: 'failed', error: verificationFailed(`${which} does not hold: ${fault}`) };
  }
  return outcome;
}

/** As the step that does the same. */
export function actionOf(check: PlannedCheck): StepAction {
  return check.kind === 'probe' ? { kind: 'probe', probe: check.probe, for: undefined } : check;
}

export function nameOf(check: PlannedCheck): string {
  if (check.kind === 'probe') return `probe ${check.probe}`;
  const { run } = check.command;
  return 'argv' in run ? `run ${run.argv[0] ?? ''}` : 'run';
}

async function faultOf(handlers: StepHandlers, check: PlannedCheck, context: StepContext): Promise<string | undefined> {
  try {
    const { status, error } = await executeAction(handlers, actionOf(check), context);
    return status === 'failed' ? (error?.message ?? 'it failed') : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function verificationFailed(message: string) {
  return {
    code: 'verification-failed',
    message: `the step was done, but ${message}`,
    hint: 'See what it left behind; `verify` of the step says what must hold.',
    retryable: true,
  };
}
