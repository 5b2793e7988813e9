import { MusterError } from '../../base/error.ts';
import type { Expression, Step } from '../../plan/model/runbook.ts';
import { bindParams, renameSteps, stepsIn } from '../../plan/expression/rewrite.ts';
import type { PlannedStep } from '../step.ts';
import type { Scope } from './scope.ts';

/**
 * The condition of a step, with the ids that its steps have in the whole, and with the condition of what it stands in.
 * `bound`: with the values of its params in it, for steps whose params are others.
 */
export function whenOf(step: Step, scope: Scope, params: 'free' | 'bound'): Expression | undefined {
  if (step.when === undefined) return scope.when;
  const own = scope.prefix === '' ? step.when : renameSteps(step.when, (id) => scope.prefix + id);
  const condition = params === 'bound' ? bindParams(own, scope.params) : own;
  return scope.when === undefined ? condition : `(${scope.when}) && (${condition}\n)`;
}

/** A `when` may speak only of steps that have ended before it is asked. Throws `bad-expression`. */
export function checkWhens(steps: ReadonlyMap<string, PlannedStep>): void {
  for (const step of steps.values()) {
    if (step.when === undefined) continue;
    const named = stepsIn(step.when);
    const before = named.length === 0 ? new Set<string>() : allBefore(step, steps);
    const wrong = named.find((id) => !before.has(id));
    if (wrong !== undefined) throw notBefore(step.id, wrong, steps);
  }
}

function allBefore(step: PlannedStep, steps: ReadonlyMap<string, PlannedStep>): ReadonlySet<string> {
  const before = new Set(step.needs);
  // A set goes on to the members that are added while it is walked.
  for (const id of before) for (const need of steps.get(id)?.needs ?? []) before.add(need);
  return before;
}

function notBefore(step: string, named: string, steps: ReadonlyMap<string, PlannedStep>): MusterError {
  const parts = [...steps.keys()].filter((id) => id.startsWith(`${named}/`));
  const what =
    parts.length > 0 ? 'stands for several steps' : steps.has(named) ? 'does not come before it' : 'is no step of it';
  return new MusterError(`\`when\` of step ${step} speaks of ${named}, which ${what}`, {
    code: 'bad-expression',
    hint: parts.length > 0 ? `Name one of them: steps["${parts.at(-1)}"].` : `Add ${named} to its needs.`,
  });
}
