import { domainToASCII } from 'node:url';
import { ChannelError } from './channel.ts';
import { oneLine } from './text.ts';

/** An e-mail address with the name of who has it; the name may be empty. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** Reads `name@host`, or `Name <name@host>`. Throws a `ChannelError` for anything else: two addresses, a line break. */
export function mailboxOf(text: string): Mailbox {
  const [, name = '', address] = /^(?:([^<>\r\n]*)<)?([^\s,;:<>"()@]+@[^\s,;:<>"()@]+)>?$/.exec(text) ?? [];
  if (address === undefined || text.endsWith('>') !== text.includes('<')) throw noAddress(text);
  return { name: oneLine(name).replaceAll(/^"|"$/g, ''), address: withPlainDomain(address) };
}

/** The domain as mail servers repeat it: in lower case, in ASCII. */
function withPlainDomain(address: string): string {
  const [local = '', domain = ''] = address.split('@');
  return `${local}@${domainToASCII(domain) || domain}`;
}

/** Compared without case: no mail server in use tells local parts apart by it. The first of each stays. */
export function distinct(mailboxes: readonly Mailbox[]): readonly Mailbox[] {
  const byKey = new Map<string, Mailbox>();
  for (const mailbox of mailboxes) {
    const key = mailbox.address.toLowerCase();
    if (!byKey.has(key)) byKey.set(key, mailbox);
  }
  return [...byKey.values()];
}

function noAddress(text: string): ChannelError {
  return new ChannelError(`"${oneLine(text)}" is not an e-mail address`, {
    hint: 'Write `name@host`, or `Name <name@host>`.',
  });
}
