import type { PlannedStep } from '../order/step.ts';
import { plainStep } from '../order/restore-plan.ts';
import type { StepFacts } from '../steps/handler.ts';
import { execute } from './engine.ts';
import type { NotifyOptions, NotifyOutcome, RenderedText } from './muster.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

export async function notify(state: State, options: NotifyOptions): Promise<NotifyOutcome> {
  const outcome = await execute(state, {
    kind: 'notify',
    name: options.message,
    steps: [stepOf(state, options)],
    onFailure: 'stop',
  });
  const deliveries = outcome.record.events.flatMap((event) => {
    // The handler of this kind wrote the facts.
    const facts = event.type === 'attempt.finished' ? (event.facts as StepFacts | undefined) : undefined;
    return facts?.kind === 'notify' ? facts.deliveries : [];
  });
  return { ...outcome, deliveries };
}

export function renderMessage(state: State, options: NotifyOptions): readonly RenderedText[] {
  return state.notifier().render({ ...options, run: undefined });
}

function stepOf(state: State, { message, audiences, set }: NotifyOptions): PlannedStep {
  named(state.plan.messages, message, 'message');
  return plainStep(state.plan, `notify/${message}`, { kind: 'notify', message, audiences, set });
}
