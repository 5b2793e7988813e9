import type { Clock, Instant, Milliseconds } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { ResolveSecret, Secret } from '../base/secret.ts';
import type { Severity } from '../plan/model/message.ts';

/** One kind of channel; `D` is its definition in the plan. */
export interface Channel<D> {
  readonly facts: ChannelFacts;
  /**
   * Resolves when the other side has taken the message, with where it went. Throws a `ChannelError` that holds no secret,
   * or the signal's reason as soon as that is aborted. Tries again by itself what may pass.
   */
  send(definition: D, message: RenderedMessage, effects: ChannelEffects): Promise<{ readonly detail: string }>;
}

export interface ChannelFacts {
  /** False: the text is shown as it is, without markup. */
  readonly richText: boolean;
  /** Longest text in UTF-16 units; a longer one is shortened before it is sent. */
  readonly maxLength: number;
  /** `contacts`: goes to the contacts of the audience; `none`: the channel itself is the place. */
  readonly recipients: 'contacts' | 'none';
}

export interface ChannelEffects {
  readonly resolveSecret: ResolveSecret;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A message for one audience, ready to be sent. */
export interface RenderedMessage {
  /** Unique for all time, and the same at every try, so that a receiver can drop repeats. */
  readonly id: string;
  /** Name of the plan that it comes from. */
  readonly plan: string;
  readonly message: string;
  readonly severity: Severity;
  readonly audience: string;
  readonly subject: string;
  readonly text: string;
  readonly run: string | undefined;
  readonly at: Instant;
  /** E-mail addresses of the audience's contacts. */
  readonly recipients: readonly string[];
}

/** A message that did not arrive. Its code is always `channel-failed`. */
export class ChannelError extends MusterError {
  constructor(message: string, details: ChannelErrorDetails = {}) {
    super(message, { ...details, code: 'channel-failed' });
    this.name = 'ChannelError';
  }
}

/** There is no cause in it: errors of mail and HTTP libraries may hold URLs with passwords. */
export interface ChannelErrorDetails {
  readonly hint?: string;
  readonly retryable?: boolean;
  /** The other side asked for this pause before the next try. */
  readonly retryAfter?: Milliseconds | undefined;
}

/** The URL of a channel, from the plan or from where its secret is kept. */
export async function urlOf(url: Secret | string, resolveSecret: ResolveSecret): Promise<string> {
  return typeof url === 'string' ? url : (await resolveSecret(url)).trim();
}
