import type { Instant } from './clock.ts';

/** Renders and sends a message of the plan; resolves with what became of each delivery. An abort ends those under way. */
export type SendMessage = (request: MessageRequest, signal?: AbortSignal) => Promise<readonly Delivery[]>;

export interface MessageRequest {
  readonly message: string;
  readonly audiences: readonly string[];
  readonly set: Readonly<Record<string, string | number | boolean>>;
  /** Run that it belongs to; undefined for a message sent by hand. */
  readonly run: string | undefined;
}

/** What became of one message for one audience on one channel. */
export interface Delivery {
  readonly message: string;
  readonly audience: string;
  readonly channel: string;
  readonly status: 'sent' | 'failed';
  readonly at: Instant;
  /** For people: where it went, or why it did not. Holds no secret. */
  readonly detail: string;
}
