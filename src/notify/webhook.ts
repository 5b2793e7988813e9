import type { ResolveSecret } from '../base/secret.ts';
import type { WebhookChannel } from '../plan/model/message.ts';
import { urlOf, type Channel, type ChannelEffects } from './channel.ts';
import { messageDocument } from './document.ts';
import { withRetry } from './retry.ts';
import { answerFault, badSecret, networkFault, parseWebhookUrl, type WebhookPlace } from './webhook-place.ts';

/**
 * POSTs a JSON document, signed as Standard Webhooks (https://www.standardwebhooks.com) when the channel has a secret.
 * Any 2xx answer is success. 408, 425, 429, 5xx and network faults are tried again, other answers not. Redirects are not followed.
 */
export const webhook: Channel<WebhookChannel> = {
  facts: { richText: false, maxLength: 1_000_000, recipients: 'none' },
  async send(definition, message, effects) {
    const place = parseWebhookUrl(await urlOf(definition.url, effects.resolveSecret), definition.name);
    const sign = await signerOf(definition, effects.resolveSecret);
    const body = JSON.stringify(messageDocument(message));
    const status = await withRetry(async () => {
      const headers = { ...place.headers, ...sign({ id: message.id, at: effects.clock.now(), body }) };
      return await post(place, { headers, body, timeout: definition.timeout, effects });
    }, effects);
    return { detail: `${place.origin} answered ${status}` };
  },
};

interface SignedParts {
  readonly id: string;
  readonly at: number;
  readonly body: string;
}

/** The time is signed too, so each try is signed anew; the id stays. */
async function signerOf(
  definition: WebhookChannel,
  resolveSecret: ResolveSecret,
): Promise<(parts: SignedParts) => Record<string, string>> {
  if (!definition.secret) return ({ id, at }) => identity(id, at);
  const { Webhook } = await import('standardwebhooks');
  const secret = (await resolveSecret(definition.secret)).trim();
  try {
    const key = new Webhook(secret);
    return ({ id, at, body }) => ({ ...identity(id, at), 'webhook-signature': key.sign(id, new Date(at), body) });
  } catch {
    throw badSecret(definition.name);
  }
}

function identity(id: string, at: number): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)) };
}

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeout: number;
  readonly effects: ChannelEffects;
}

/** Resolves with the status of a 2xx answer. */
async function post(place: WebhookPlace, { headers, body, timeout, effects }: Post): Promise<number> {
  effects.signal.throwIfAborted();
  const timer = new AbortController();
  const timeoutId = setTimeout(() => timer.abort(), timeout);
  const signal = AbortSignal.any([effects.signal, timer.signal]);
  try {
    const response = await fetch(place.url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const start = await startOf(response);
    if (response.ok) return response.status;
    throw answerFault(place, { response, start, now: effects.clock.now() });
  } catch (error) {
    effects.signal.throwIfAborted();
    throw networkFault(place, { error, timeout: timer.signal.aborted ? timeout : undefined });
  } finally {
    clearTimeout(timeoutId);
  }
}

/** The first 4 KiB of the answer; the rest is not read. */
async function startOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    size += piece.length;
    if (size >= 4096) break;
  }
  return Buffer.concat(pieces).subarray(0, 4096).toString('utf8');
}
