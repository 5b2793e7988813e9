import type { Delivery } from '../base/delivery.ts';
import type { MusterEvent } from '../journal/event.ts';

/** A delivery as the journal keeps it. */
export function deliveryEvent(
  { message, audience, channel, status, at, detail }: Delivery,
  { run, about }: { readonly run: string; readonly about: string },
): MusterEvent {
  if (status === 'sent') return { run, at, type: 'message.sent', message, audience, channel, about };
  return { run, at, type: 'message.failed', message, audience, channel, detail };
}
