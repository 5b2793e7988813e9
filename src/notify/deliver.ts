import { randomUUID } from 'node:crypto';
import type { Clock, Milliseconds } from '../base/clock.ts';
import type { Delivery, MessageRequest } from '../base/delivery.ts';
import { MusterError, messageOf } from '../base/error.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { Audience, Channel as ChannelDefinition, Message, Severity } from '../plan/model/message.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { RenderedMessage } from './channel.ts';
import { messageValues } from './context.ts';
import type { Occasion } from './occasion.ts';
import { channelFor, channels, type Channels } from './registry.ts';
import { renderFor } from './render.ts';
import { shortened } from './text.ts';
import { withinTime } from './time-limit.ts';

export interface SenderEffects {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly resolveSecret: ResolveSecret;
  /** Replaces every known secret in a text. */
  readonly redact: (text: string) => string;
  /** How long one delivery may take with all its tries. Default: one minute. */
  readonly timeLimit?: Milliseconds;
  /** Default: the real ones. */
  readonly channels?: Channels;
}

export type SendRequest = MessageRequest & { readonly occasion: Occasion; readonly signal?: AbortSignal };

export interface RenderedText {
  readonly audience: string;
  readonly channels: readonly string[];
  /** E-mail addresses of its contacts. */
  readonly recipients: readonly string[];
  readonly severity: Severity;
  readonly subject: string;
  readonly text: string;
}

interface AudienceParts<R> {
  readonly effects: SenderEffects;
  readonly request: R;
  readonly message: Message;
  readonly audience: Audience;
}

/** Resolves no secret. Throws what `renderFor` throws. */
export function textFor(parts: AudienceParts<Pick<SendRequest, 'set' | 'occasion'>>): RenderedText {
  const { effects, request, message, audience } = parts;
  const { set, occasion } = request;
  const { name, channels, contacts } = audience;
  const values = messageValues({ plan: effects.plan, audience: name, set, occasion });
  const { subject, text } = renderFor(message, values, effects.redact);
  const recipients = contacts.flatMap((contact) => effects.plan.contacts.get(contact)?.primary ?? []);
  return { audience: name, channels, recipients, severity: message.severity, subject, text };
}

/** To every channel of the audience at once; never throws. */
export async function sendTo(parts: AudienceParts<SendRequest>): Promise<readonly Delivery[]> {
  const { effects, message, audience } = parts;
  const rendered = tryToRender(parts);
  const deliveries = [...new Set(audience.channels)].map(async (channel) => {
    const { status, detail } = await attempt(parts, channel, rendered);
    const at = effects.clock.now();
    return { message: message.name, audience: audience.name, channel, status, at, detail: effects.redact(detail) };
  });
  return await Promise.all(deliveries);
}

type Rendered = { readonly text: RenderedText } | { readonly error: unknown };

function tryToRender(parts: AudienceParts<SendRequest>): Rendered {
  try {
    return { text: textFor(parts) };
  } catch (error) {
    return { error };
  }
}

async function attempt(
  parts: AudienceParts<SendRequest>,
  channel: string,
  rendered: Rendered,
): Promise<Pick<Delivery, 'status' | 'detail'>> {
  try {
    if ('error' in rendered) throw rendered.error;
    return { status: 'sent', detail: await deliver(parts, channel, rendered.text) };
  } catch (error) {
    const hint = error instanceof MusterError && error.hint !== undefined ? `. ${error.hint}` : '';
    return { status: 'failed', detail: `${messageOf(error)}${hint}` };
  }
}

async function deliver(parts: AudienceParts<SendRequest>, name: string, rendered: RenderedText): Promise<string> {
  const { effects, request } = parts;
  const definition = channelNamed(effects.plan, name);
  const channel = channelFor(definition, effects.channels ?? channels);
  const message = messageFor(parts, rendered, channel.facts.maxLength);
  const { resolveSecret, clock, timeLimit = 60_000 } = effects;
  const { detail } = await withinTime({ limit: timeLimit, signal: request.signal }, (signal) =>
    channel.send(definition, message, { resolveSecret, clock, signal }),
  );
  return detail;
}

function channelNamed(plan: Plan, name: string): ChannelDefinition {
  const channel = plan.channels.get(name);
  if (channel) return channel;
  throw new MusterError(`there is no channel ${name} in the plan`, { code: 'unknown-channel' });
}

function messageFor(parts: AudienceParts<SendRequest>, rendered: RenderedText, maxLength: number): RenderedMessage {
  const { effects, request, message } = parts;
  const { audience, severity, subject, text, recipients } = rendered;
  return {
    id: randomUUID(),
    plan: effects.plan.name,
    message: message.name,
    severity,
    audience,
    subject,
    text: shortened(text, maxLength),
    run: request.run,
    at: effects.clock.now(),
    recipients,
  };
}
