import type { Delivery } from '../base/delivery.ts';
import { MusterError } from '../base/error.ts';
import type { Audience, Message } from '../plan/model/message.ts';
import type { Plan } from '../plan/model/plan.ts';
import { sendTo, textFor, type RenderedText, type SenderEffects, type SendRequest } from './deliver.ts';

export interface Sender {
  /**
   * Sends to every channel of every audience at once; a failure of one never stops another. Resolves with what became
   * of each. Throws only for names that the plan does not have: `unknown-message`, `unknown-audience`.
   */
  send(request: SendRequest): Promise<readonly Delivery[]>;
  /** What `send` would send. Resolves no secret. Throws as `send`, and what `renderFor` throws. */
  render(request: Pick<SendRequest, 'message' | 'audiences' | 'set' | 'occasion'>): readonly RenderedText[];
}

export function createSender(effects: SenderEffects): Sender {
  const { plan } = effects;
  return {
    send: async (request) => {
      const message = messageNamed(plan, request.message);
      const audiences = request.audiences.map((name) => audienceNamed(plan, name));
      const sent = audiences.map((audience) => sendTo({ effects, request, message, audience }));
      return (await Promise.all(sent)).flat();
    },
    render: (request) => {
      const message = messageNamed(plan, request.message);
      const audiences = request.audiences.map((name) => audienceNamed(plan, name));
      return audiences.map((audience) => textFor({ effects, request, message, audience }));
    },
  };
}

function messageNamed(plan: Plan, name: string): Message {
  const message = plan.messages.get(name);
  if (message) return message;
  throw new MusterError(`there is no message ${name} in the plan`, {
    code: 'unknown-message',
    hint: `It has: ${[...plan.messages.keys()].join(', ') || 'none'}.`,
  });
}

function audienceNamed(plan: Plan, name: string): Audience {
  const audience = plan.audiences.get(name);
  if (audience) return audience;
  throw new MusterError(`there is no audience ${name} in the plan`, {
    code: 'unknown-audience',
    hint: `It has: ${[...plan.audiences.keys()].join(', ') || 'none'}.`,
  });
}
