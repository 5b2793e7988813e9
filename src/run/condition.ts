import { codeOf, messageOf } from '../base/error.ts';
import type { PlannedStep } from '../order/step.ts';
import type { ExpressionValues } from '../plan/expression.ts';
import type { StepStates } from './ready.ts';
import type { RunEffects, RunRequest } from './request.ts';

export type Decision =
  | { readonly kind: 'run' }
  /** `reason`: the expression and the values that made it false. */
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'undecidable'; readonly code: string; readonly message: string };

/** Answers a step's `when` with what is known now. Never throws. */
export function decide(
  step: PlannedStep,
  states: StepStates,
  { request, effects }: { readonly request: RunRequest; readonly effects: Pick<RunEffects, 'evaluate'> },
): Decision {
  if (step.when === undefined) return { kind: 'run' };
  const values = valuesFor(step, states, request);
  try {
    if (effects.evaluate(step.when, values)) return { kind: 'run' };
    return { kind: 'skip', reason: `its condition is false: ${step.when}${usedValues(step.when, values)}` };
  } catch (error) {
    return { kind: 'undecidable', code: codeOf(error) ?? 'expression-failed', message: messageOf(error) };
  }
}

function valuesFor(step: PlannedStep, states: StepStates, request: RunRequest): ExpressionValues['when'] {
  const { id, name, kind, mode, context } = request;
  const run = { id, name, kind, mode, status: 'running' };
  const params = step.params ?? context['params'] ?? {};
  // `context` is made by whoever planned the run, with the names of this very place in a plan.
  return { incident: {}, ...context, params, run, steps: endedSteps(states) } as ExpressionValues['when'];
}

function endedSteps(states: StepStates): ExpressionValues['when']['steps'] {
  const ended = [...states].filter(([, { status }]) => status !== 'pending' && status !== 'running');
  return Object.fromEntries(ended.map(([id, { status, output, attempts }]) => [id, { status, output, attempts }]));
}

/** Text in quotes, or a path such as `params.site` or `steps["a/b"].status`. */
const quotesAndPaths = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b[a-z]\w*(?:\.\w+|\["[^"]*"\])+/gi;

function usedValues(expression: string, values: ExpressionValues['when']): string {
  const paths = [...expression.matchAll(quotesAndPaths)].map(([text]) => text).filter((text) => /^[a-z]/i.test(text));
  const known = [...new Set(paths)].flatMap((path) => {
    const value = valueAt(values, path);
    return value === undefined ? [] : [`${path} = ${shortened(JSON.stringify(value))}`];
  });
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}

function valueAt(values: object, path: string): unknown {
  const keys = [...path.matchAll(/\["([^"]*)"\]|(\w+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  let value: unknown = values;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return typeof value === 'object' || typeof value === 'function' ? undefined : value;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
