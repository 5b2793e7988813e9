import type { ErrorFacts, RunStatus } from '../journal/event.ts';
import type { StepState, StepStates } from './ready.ts';
import type { RunRequest } from './request.ts';

export interface Verdict {
  readonly status: RunStatus;
  readonly error: ErrorFacts | undefined;
}

/** What became of a run, from what became of its steps. A step that its own `when` left out counts as well done. */
export function verdictOf(states: StepStates, { onFailure }: Pick<RunRequest, 'onFailure'>): Verdict {
  const all = [...states];
  const has = (status: StepState['status']): boolean => all.some(([, state]) => state.status === status);
  const error = firstError(all);
  if (has('cancelled')) return { status: 'cancelled', error: error ?? cancelled };
  if (has('failed')) {
    const some = onFailure === 'continue' && (has('succeeded') || has('partial'));
    return { status: some ? 'partial' : 'failed', error };
  }
  return { status: has('partial') ? 'partial' : 'succeeded', error: undefined };
}

const cancelled: ErrorFacts = { code: 'cancelled', message: 'the run was cancelled', hint: undefined };

function firstError(states: readonly (readonly [string, StepState])[]): ErrorFacts | undefined {
  for (const [id, { status, error }] of states)
    if (status === 'failed' && error !== undefined)
      return { code: error.code, message: `step ${id}: ${error.message}`, hint: error.hint };
  return undefined;
}
