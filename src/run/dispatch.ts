import type { StepAction } from '../order/step.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepHandlers, StepOutcome } from '../steps/handler.ts';

/** Gives an action to the handler of its kind. */
export async function executeAction(
  handlers: StepHandlers,
  action: StepAction,
  context: StepContext,
): Promise<StepOutcome> {
  return handlerOf(handlers, action).execute(action, context);
}

export async function checkAction(
  handlers: StepHandlers,
  action: StepAction,
  context: StepContext,
): Promise<readonly StepFinding[]> {
  return handlerOf(handlers, action).check(action, context);
}

function handlerOf<K extends StepAction['kind']>(handlers: StepHandlers, action: ActionOf<K>): StepHandler<K> {
  return handlers[action.kind];
}
