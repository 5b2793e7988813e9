import type { SendMailOptions, SMTPTransportOptions } from 'nodemailer';
import { MusterError } from '../base/error.ts';
import type { EmailChannel } from '../plan/model/message.ts';
import { ChannelError, urlOf, type Channel, type ChannelEffects, type RenderedMessage } from './channel.ts';
import { mailFault, recipientFaults, refusal, type RecipientFault } from './mail-fault.ts';
import { distinct, mailboxOf, type Mailbox } from './recipient.ts';
import { withRetry } from './retry.ts';
import { parseSmtpUrl, type SmtpServer } from './smtp-url.ts';
import { oneLine } from './text.ts';

/**
 * Plain text mail. A recipient that is refused for good fails the delivery, and the error says who got it; the mail
 * server's 4xx answers (greylisting) are tried again, for the recipients that are still missing only.
 */
export const email: Channel<EmailChannel> = {
  facts: { richText: false, maxLength: 1_000_000, recipients: 'contacts' },
  async send(definition, message, effects) {
    const to = distinct([...message.recipients, ...definition.to].map(mailboxOf));
    if (to.length === 0) throw noRecipient(definition, message);
    const server = parseSmtpUrl(await urlOf(definition.url, effects.resolveSecret), definition.name);
    const from = mailboxOf(definition.from);
    const recipients = to.map(({ address }) => address);
    await deliver({ server, mail: mailOf({ from, to, message }), sender: from.address, recipients, effects });
    return { detail: `${recipients.join(', ')} by ${server.host}:${server.port}` };
  },
};

function noRecipient(definition: EmailChannel, message: RenderedMessage): ChannelError {
  return new ChannelError(`nobody to write to: audience ${message.audience} has no contacts`, {
    hint: `Give the audience \`contacts\`, or channel ${definition.name} a list of addresses in \`to\`.`,
  });
}

interface MailParts {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly message: RenderedMessage;
}

function mailOf({ from, to, message }: MailParts): SendMailOptions {
  return {
    from: { ...from },
    to: to.map((mailbox) => ({ ...mailbox })),
    subject: oneLine(message.subject),
    text: message.text,
    date: new Date(message.at),
    messageId: `<${message.id}@${from.address.split('@')[1] ?? ''}>`,
    priority: message.severity === 'critical' ? 'high' : 'normal',
    // RFC 3834: keeps holiday notices and other machines from answering.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

interface DeliveryParts {
  readonly server: SmtpServer;
  readonly mail: SendMailOptions;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly effects: ChannelEffects;
}

async function deliver({ server, mail, sender, recipients, effects }: DeliveryParts): Promise<void> {
  const refused: RecipientFault[] = [];
  let missing = recipients;
  await withRetry(async () => {
    const faults = await tryOnce(server, { ...mail, envelope: { from: sender, to: [...missing] } }, effects.signal);
    refused.push(...faults.filter((fault) => fault.permanent));
    const deferred = faults.filter((fault) => !fault.permanent);
    missing = deferred.map((fault) => fault.recipient);
    if (deferred.length > 0) throw refusal(server, { recipients, faults: [...refused, ...deferred] });
  }, effects);
  if (refused.length > 0) throw refusal(server, { recipients, faults: refused });
}

/** Resolves with the recipients that the server did not take. */
async function tryOnce(
  server: SmtpServer,
  mail: SendMailOptions,
  signal: AbortSignal,
): Promise<readonly RecipientFault[]> {
  signal.throwIfAborted();
  // Loaded here: it takes 50 ms, and most commands send no mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(transportOf(server));
  try {
    return recipientFaults(server, (await transport.sendMail({ ...mail, signal })).rejectedErrors);
  } catch (error) {
    signal.throwIfAborted();
    return recipientFaultsOf(server, error);
  }
}

/** When every recipient was refused, the library throws, with the single refusals in the error. */
function recipientFaultsOf(server: SmtpServer, error: unknown): readonly RecipientFault[] {
  const rejected = error instanceof Error && 'rejectedErrors' in error ? error.rejectedErrors : undefined;
  const faults = recipientFaults(server, Array.isArray(rejected) ? rejected : []);
  if (faults.length > 0) return faults;
  throw error instanceof MusterError ? error : mailFault(server, error);
}

function transportOf({ host, port, tls, login }: SmtpServer): SMTPTransportOptions {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    connectionTimeout: 10_000,
    dnsTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    socketCloseTimeout: 0,
    ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
  };
}
