import type { Channel as ChannelDefinition } from '../plan/model/message.ts';
import type { Channel } from './channel.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { webhook } from './webhook.ts';

export type Channels = { readonly [K in ChannelDefinition['type']]: Channel<Extract<ChannelDefinition, { type: K }>> };

/** A kind of channel in the plan's model without an implementation does not compile. */
export const channels: Channels = { email, file, webhook };

/** The implementation for a definition. */
export function channelFor<D extends ChannelDefinition>(definition: D, among: Channels = channels): Channel<D> {
  // The mapped type above pairs each kind with its own definition; the compiler loses that over a union.
  return among[definition.type] as unknown as Channel<D>;
}
