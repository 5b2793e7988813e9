import { MusterError } from '../../base/error.ts';
import type { Retry } from '../../plan/model/common.ts';
import type { Step } from '../../plan/model/runbook.ts';
import type { Estimate, PlannedStep, StepAction } from '../step.ts';
import { titleOf } from '../title.ts';
import { plannedCheck, type Render } from './render.ts';
import type { Expansion, Scope, Site } from './scope.ts';
import { whenOf } from './when.ts';

/** More steps than this come from actions that use actions that use actions, not from a runbook that someone follows. */
const maxSteps = 10_000;

const noRetry: Retry = { limit: 0, interval: 0, backoff: 1 };

export const noEstimate: Estimate = { ms: 0, from: 'none' };

/** What an added step has; the title and the estimate follow from the action unless they are given. */
export type NewStep = Omit<PlannedStep, 'title' | 'estimate'> & {
  readonly title: string | undefined;
  readonly estimate?: Estimate;
};

/** Throws `duplicate-step` and `too-many-steps`. */
export function addStep(expansion: Expansion, step: NewStep): void {
  const { plan, steps } = expansion;
  if (steps.has(step.id)) throw new MusterError(`two steps have the id ${step.id}`, { code: 'duplicate-step' });
  if (steps.size >= maxSteps)
    throw new MusterError(`the runbook comes to more than ${maxSteps} steps`, { code: 'too-many-steps' });
  const title = step.title ?? titleOf(step.action, plan.timezone);
  steps.set(step.id, { ...step, title, estimate: step.estimate ?? estimateOf(step.action) });
}

/** What a planned step takes over from the step of the plan. */
export function plannedFields(
  step: Step,
  { expansion, scope, needs }: Site,
  render: Render,
): Omit<NewStep, 'id' | 'action'> {
  return {
    ...commonFields(scope, needs),
    title: step.title,
    when: whenOf(step, scope, 'free'),
    timeout: step.timeout ?? scope.timeout,
    retry: step.retry.limit > 0 ? step.retry : (scope.retry ?? step.retry),
    verify: step.verify.map((check) => plannedCheck(check, render, expansion.plan.folder)),
  };
}

/** For steps that stand for no step of the plan: the restores and probes of a `recover`. */
export function commonFields(scope: Scope, needs: readonly string[]): Omit<NewStep, 'id' | 'action'> {
  return {
    title: undefined,
    needs,
    priority: scope.priority,
    when: scope.when,
    ...(scope.inner ? { params: scope.params } : {}),
    timeout: scope.timeout,
    retry: scope.retry ?? noRetry,
    verify: [],
  };
}

function estimateOf(action: StepAction): Estimate {
  if (action.kind === 'wait') return { ms: action.ms, from: 'plan' };
  if (action.kind === 'probe' && action.for !== undefined) return { ms: action.for, from: 'plan' };
  return noEstimate;
}
