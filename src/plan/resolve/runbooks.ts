import type { Action, Runbook } from '../model/runbook.ts';
import { child, type Entry } from '../read/node.ts';
import { namedOf, noObjectives, objectivesOf } from './common.ts';
import { flowOf } from './flows.ts';
import { paramsOf } from './params.ts';
import type { Scope } from './scope.ts';
import { stepsContext } from './steps-context.ts';
import { stepsOf } from './steps.ts';
import { textOf } from './values.ts';

export function actionOf(entry: Entry, scope: Scope): Action {
  const { value } = entry;
  const params = paramsOf(child(value, 'params'), scope);
  const flow = flowOf('actions', entry, scope);
  return {
    ...namedOf(entry),
    description: textOf(child(value, 'description')),
    params,
    steps: stepsOf(child(value, 'steps'), stepsContext(scope, { kind: 'action', params: params.keys(), flow })),
  };
}

export function runbookOf(entry: Entry, scope: Scope): Runbook {
  const { value } = entry;
  const params = paramsOf(child(value, 'params'), scope);
  const flow = flowOf('runbooks', entry, scope);
  const { rto, rpo } = objectivesOf(child(value, 'objectives'), scope, noObjectives);
  return {
    ...namedOf(entry),
    title: textOf(child(value, 'title')),
    description: textOf(child(value, 'description')),
    incident: textOf(child(value, 'incident')),
    objectives: { rto, rpo },
    params,
    steps: stepsOf(child(value, 'steps'), stepsContext(scope, { kind: 'step', params: params.keys(), flow })),
  };
}
