import type { PlannedStep } from '../order/step.ts';
import { plainStep } from '../order/restore-plan.ts';
import { execute } from './engine.ts';
import type { NotifyOptions, NotifyOutcome, RenderedText } from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';

export async function notify(state: State, options: NotifyOptions): Promise<NotifyOutcome> {
  const step = stepOf(state, options);
  const outcome = await execute(state, {
    kind: 'notify',
    name: options.message,
    steps: [step],
    onFailure: 'stop',
  });
  const end = endOf(outcome.record, step.id);
  return { ...outcome, deliveries: factsOf(end, 'notify')?.deliveries ?? [], error: errorOf(outcome.record, step.id) };
}

export function renderMessage(state: State, options: NotifyOptions): readonly RenderedText[] {
  return state.notifier().render({ ...options, run: undefined });
}

function stepOf(state: State, { message, audiences, set }: NotifyOptions): PlannedStep {
  named(state.plan.messages, message, 'message');
  for (const audience of audiences) named(state.plan.audiences, audience, 'audience');
  return plainStep(state.plan, `notify/${message}`, { kind: 'notify', message, audiences, set });
}
