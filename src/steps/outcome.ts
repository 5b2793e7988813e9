import { MusterError } from '../base/error.ts';
import type { StepError, StepFacts, StepFinding, StepOutcome } from './handler.ts';

/** What may be left out of an outcome. */
type Rest = Partial<Pick<StepOutcome, 'output' | 'faults'>>;

export function succeeded(facts: StepFacts, rest: Rest = {}): StepOutcome {
  return { status: 'succeeded', error: undefined, output: undefined, faults: [], facts, ...rest };
}

export function partial(facts: StepFacts, rest: Rest = {}): StepOutcome {
  return { ...succeeded(facts, rest), status: 'partial' };
}

export function failed(facts: StepFacts, error: StepError, rest: Rest = {}): StepOutcome {
  return { ...succeeded(facts, rest), status: 'failed', error };
}

/** A fault that was foreseen, as the error of a step; what was not is a bug and is thrown again. */
export function stepErrorOf(error: unknown): StepError {
  if (!(error instanceof MusterError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint, retryable: error.retryable };
}

export function ok(message: string): StepFinding {
  return { severity: 'ok', message };
}

export function problem(severity: 'warning' | 'error', error: unknown): StepFinding {
  const { message, hint } = stepErrorOf(error);
  return { severity, message: hint === undefined ? message : `${message}. ${hint}` };
}
