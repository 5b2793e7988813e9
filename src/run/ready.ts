import type { StepStatus } from '../journal/event.ts';
import type { PlannedStep } from '../order/step.ts';
import type { StepError } from '../steps/handler.ts';

/** Where a step of the run stands. */
export interface StepState {
  readonly status: StepStatus | 'pending' | 'running';
  /** It has ended, and steps that need it may start: it succeeded, was partial, or its own `when` left it out. */
  readonly satisfies: boolean;
  readonly attempts: number;
  readonly output: string | undefined;
  readonly error: StepError | undefined;
}

/** By the id of the step; every step of the run has one. */
export type StepStates = ReadonlyMap<string, StepState>;

export const pending: StepState = {
  status: 'pending',
  satisfies: false,
  attempts: 0,
  output: undefined,
  error: undefined,
};

/** Steps that may start now: the lower priority number first, then the order of the list. */
export function readySteps(steps: readonly PlannedStep[], states: StepStates): readonly PlannedStep[] {
  return steps
    .filter((step) => isPending(step, states) && mayStart(step, states))
    .sort((a, b) => a.priority - b.priority);
}

function mayStart({ needs, after = [] }: PlannedStep, states: StepStates): boolean {
  return needs.every((need) => states.get(need)?.satisfies === true) && after.every((id) => hasEnded(states.get(id)));
}

function hasEnded(state: StepState | undefined): boolean {
  return state !== undefined && state.status !== 'pending' && state.status !== 'running';
}

/** Steps that can never start, each with the first of its needs that has ended otherwise. */
export function blockedSteps(
  steps: readonly PlannedStep[],
  states: StepStates,
): readonly { readonly step: PlannedStep; readonly need: string; readonly status: StepStatus }[] {
  return steps
    .filter((step) => isPending(step, states))
    .flatMap((step) => {
      const need = step.needs.find((id) => endedInVain(states.get(id)) !== undefined);
      const status = need === undefined ? undefined : endedInVain(states.get(need));
      return need === undefined || status === undefined ? [] : [{ step, need, status }];
    });
}

export function pendingSteps(steps: readonly PlannedStep[], states: StepStates): readonly PlannedStep[] {
  return steps.filter((step) => isPending(step, states));
}

function isPending(step: PlannedStep, states: StepStates): boolean {
  return states.get(step.id)?.status === 'pending';
}

function endedInVain(state: StepState | undefined): StepStatus | undefined {
  if (state === undefined || state.satisfies || state.status === 'pending' || state.status === 'running')
    return undefined;
  return state.status;
}
