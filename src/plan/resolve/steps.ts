import type { Check, Step, StepCommon } from '../model/runbook.ts';
import { checkName } from '../check/names.ts';
import { checkStepOrder } from '../check/step-order.ts';
import { child, itemsOf, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import { commandOf } from './command.ts';
import { retryOf } from './common.ts';
import { referenceOf } from './references.ts';
import { stepActionOf } from './step-actions.ts';
import type { StepsContext } from './steps-context.ts';
import { expressionOf } from './texts.ts';
import { positiveDurationOf, textOf } from './values.ts';

/** What goes beyond is refused by the schema; reading it all would take time that grows with its square. */
const maxSteps = 1000;

/** The steps of a runbook or action. */
export function stepsOf(node: Node | undefined, context: StepsContext): readonly Step[] {
  const items = itemsOf(node).slice(0, maxSteps);
  const ids = items.map((item, index) => textOf(child(item, 'id')) ?? `step-${index + 1}`);
  for (const item of items) checkId(item, context);
  const steps = items.flatMap((item, index) => stepOf(item, ids[index] ?? '', { ...context, ids }) ?? []);
  checkStepOrder(items, ids, context.scope);
  return steps;
}

function checkId(item: Node, { scope }: StepsContext): void {
  const node = child(item, 'id');
  const name = textOf(node);
  if (node && name !== undefined) checkName({ ...node, name, value: node }, scope.problems);
}

interface WithIds extends StepsContext {
  readonly ids: readonly string[];
}

/** Undefined when the schema has found that it does nothing, or several things. */
function stepOf(item: Node, id: string, context: WithIds): Step | undefined {
  const action = stepActionOf(item, context);
  const common = commonOf(item, id, context);
  return action && { ...common, ...action };
}

function commonOf(item: Node, id: string, context: WithIds): StepCommon {
  const { scope, params, ids } = context;
  const needs = child(item, 'needs');
  return {
    id,
    at: positionOf(child(item, 'id') ?? item),
    title: textOf(child(item, 'title')),
    needs: needs && itemsOf(needs).flatMap((need) => textOf(need) ?? []),
    when: expressionOf(child(item, 'when'), scope, {
      place: 'when',
      known: { params, steps: ids },
    }),
    timeout: positiveDurationOf(child(item, 'timeout'), scope),
    retry: retryOf(child(item, 'retry'), scope),
    verify: itemsOf(child(item, 'verify')).flatMap((check) => checkOf(check, context) ?? []),
  };
}

function checkOf(node: Node, context: StepsContext): Check | undefined {
  const { scope, texts } = context;
  const probe = referenceOf(child(node, 'probe'), 'probes', scope);
  if (probe !== undefined) return { kind: 'probe', probe };
  const run = child(node, 'run');
  if (run === undefined) return undefined;
  const expect = expressionOf(child(node, 'expect'), scope, { place: 'run-expect' });
  return { kind: 'run', command: commandOf(run, scope, texts), expect };
}
