import type { RenderedMessage } from './channel.ts';
import { oneLine } from './text.ts';

/** What a webhook receives and a file gets as a line. Fields may be added, never renamed or removed. */
export interface MessageDocument {
  readonly id: string;
  readonly type: 'muster.message';
  /** `muster/` and the name of the plan. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly severity: string;
  readonly subject: string;
  readonly text: string;
  /** Name of the message in the plan. */
  readonly message: string;
  readonly audience: string;
  /** Id of the run, or null for a message that belongs to none. */
  readonly run: string | null;
}

export function messageDocument(message: RenderedMessage): MessageDocument {
  return {
    id: message.id,
    type: 'muster.message',
    source: `muster/${message.plan}`,
    time: new Date(message.at).toISOString(),
    severity: message.severity,
    subject: oneLine(message.subject),
    text: message.text,
    message: message.message,
    audience: message.audience,
    run: message.run ?? null,
  };
}
