import type { Delivery } from '../base/delivery.ts';
import type { ActionOf, StepContext, StepError, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, partial, problem, succeeded } from './outcome.ts';

/** Sends a message of the plan. */
export const notifyStep: StepHandler<'notify'> = { readOnly: false, check, execute };

/** Renders it and sends nothing. */
async function check(action: ActionOf<'notify'>, context: StepContext): Promise<readonly StepFinding[]> {
  const { message, audiences, set } = action;
  if (context.renderMessage === undefined) return [ok(`would send ${message}`)];
  try {
    const texts = await context.renderMessage({ message, audiences, set, run: context.run });
    return texts.map(({ audience, subject }) => ok(`would send "${subject}" to ${audience}`));
  } catch (error) {
    return [problem('error', error)];
  }
}

/** `partial` when some deliveries failed, `failed` when nobody was reached. */
async function execute(action: ActionOf<'notify'>, context: StepContext): Promise<StepOutcome> {
  const { message, audiences, set } = action;
  const deliveries = await context.send({ message, audiences, set, run: context.run }, context.signal);
  const facts = { kind: 'notify', deliveries } as const;
  const lost = deliveries.filter(({ status }) => status === 'failed');
  if (lost.length === deliveries.length) return failed(facts, notSent(message, lost), { faults: lost.map(faultOf) });
  return lost.length === 0 ? succeeded(facts) : partial(facts, { faults: lost.map(faultOf) });
}

function notSent(message: string, lost: readonly Delivery[]): StepError {
  const [first] = lost;
  return {
    code: 'message-not-sent',
    message: `the message ${message} reached nobody: ${first?.detail ?? 'its audiences have no channel'}`,
    hint: 'Check the channels of its audiences.',
    retryable: true,
  };
}

function faultOf({ channel, audience, detail }: Delivery): StepOutcome['faults'][number] {
  return { path: `${channel} for ${audience}`, kind: 'delivery', detail };
}
