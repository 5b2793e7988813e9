import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { ResolveSecret } from '../../src/base/secret.ts';
import type { EmailChannel, FileChannel, WebhookChannel } from '../../src/plan/model/message.ts';
import type { ChannelEffects, RenderedMessage } from '../../src/notify/channel.ts';

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

export function emailChannel(fields: Partial<EmailChannel> = {}): EmailChannel {
  return { type: 'email', name: 'mail', at, url: 'smtp://127.0.0.1:25', from: 'muster@example.org', to: [], ...fields };
}

export function webhookChannel(fields: Partial<WebhookChannel> = {}): WebhookChannel {
  return {
    type: 'webhook',
    name: 'partners',
    at,
    url: 'http://127.0.0.1/',
    secret: undefined,
    timeout: 10_000,
    ...fields,
  };
}

export function fileChannel(path: string): FileChannel {
  return { type: 'file', name: 'log', at, path };
}

export function rendered(fields: Partial<RenderedMessage> = {}): RenderedMessage {
  return {
    id: '20261120T101500Z-7f3a9c.backup-failed.team.mail.1',
    plan: 'shop',
    message: 'backup-failed',
    severity: 'high',
    audience: 'team',
    subject: 'Backup of orders failed',
    text: 'The backup of orders failed.',
    run: '20261120T101500Z-7f3a9c',
    at: Date.now(),
    recipients: ['owner@shop.example'],
    ...fields,
  };
}

/** Time passes as usual, but nobody waits: pauses are written down and over at once. */
export function hurriedClock(): Clock & { readonly pauses: readonly number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => systemClock.now(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
      await Promise.resolve();
    },
  };
}

export const noSecrets: ResolveSecret = async () => {
  throw new Error('no secret was to be resolved');
};

export function effects(fields: Partial<ChannelEffects> = {}): ChannelEffects {
  return { resolveSecret: noSecrets, signal: new AbortController().signal, clock: hurriedClock(), ...fields };
}
