import { isCertificateFault, certificateHint } from './certificate.ts';
import { ChannelError } from './channel.ts';
import type { SmtpServer } from './smtp-url.ts';
import { quoted } from './text.ts';

/** A recipient whom the mail server did not take. */
export interface RecipientFault {
  readonly recipient: string;
  /** What the server said, fit to be shown. */
  readonly reply: string;
  /** False: a 4xx answer, such as greylisting; the same mail may be taken later. */
  readonly permanent: boolean;
}

/** The single refusals in the order of the mail library's `rejectedErrors`. */
export function recipientFaults(server: SmtpServer, rejected: readonly unknown[] = []): readonly RecipientFault[] {
  return rejected.map(factsOf).map((facts) => ({
    recipient: facts.recipient ?? '',
    reply: quoted(facts.response ?? 'refused', secretsOf(server)),
    permanent: facts.permanent ?? true,
  }));
}

export interface Refusal {
  readonly recipients: readonly string[];
  readonly faults: readonly RecipientFault[];
}

/** Retryable as long as one of the faults may pass. */
export function refusal(server: SmtpServer, { recipients, faults }: Refusal): ChannelError {
  const refused = faults.map(({ recipient, reply }) => `${recipient} (${reply})`).join(', ');
  const taken = recipients.filter((recipient) => !faults.some((fault) => fault.recipient === recipient));
  const message = `${placeOf(server)} did not take the mail for ${refused}`;
  return new ChannelError(taken.length === 0 ? message : `${message}; it took it for ${taken.join(', ')}`, {
    retryable: faults.some((fault) => !fault.permanent),
    hint: 'Check the addresses of the contacts, and that the mail server accepts mail from this machine and sender.',
  });
}

/** Turns what the mail library throws into an error that tells the cause and holds no secret. */
export function mailFault(server: SmtpServer, error: unknown): ChannelError {
  const facts = factsOf(error);
  if (isCertificateFault(facts.originalCode) || isCertificateFault(facts.code)) return untrusted(server, facts);
  if (facts.code === 'ETLS') return noTls(server, facts);
  if (facts.code === 'EAUTH') return noLogin(server, facts);
  return new ChannelError(`${placeOf(server)} did not take the mail: ${replyOf(server, facts)}`, {
    retryable: facts.permanent === undefined ? passing.has(facts.code ?? '') : !facts.permanent,
    hint: "Check host and port in the channel's `url`, and the log of the mail server.",
  });
}

const passing: ReadonlySet<string> = new Set(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS']);

function untrusted(server: SmtpServer, facts: MailFacts): ChannelError {
  const code = facts.originalCode ?? facts.code ?? '';
  return new ChannelError(`the certificate of ${placeOf(server)} is not trusted (${code})`, { hint: certificateHint });
}

function noTls(server: SmtpServer, facts: MailFacts): ChannelError {
  return new ChannelError(`no encrypted connection with ${placeOf(server)}: ${replyOf(server, facts)}`, {
    hint: 'A password is sent over TLS only: use smtps://, or a port on which the server offers STARTTLS.',
  });
}

function noLogin(server: SmtpServer, facts: MailFacts): ChannelError {
  return new ChannelError(`${placeOf(server)} refused the login: ${replyOf(server, facts)}`, {
    retryable: facts.permanent === false,
    hint: "Check user and password in the URL behind the channel's `url`.",
  });
}

function replyOf(server: SmtpServer, facts: MailFacts): string {
  const cause = facts.originalCode ?? facts.code;
  return quoted(facts.response ?? (cause ? `${facts.message} (${cause})` : facts.message), secretsOf(server));
}

function placeOf({ host, port }: SmtpServer): string {
  return `mail server ${host}:${port}`;
}

/** As the server may repeat them: plain, and in the forms of AUTH PLAIN and AUTH LOGIN. */
function secretsOf({ login }: SmtpServer): readonly string[] {
  if (!login) return [];
  const encoded = [login.password, `\0${login.user}\0${login.password}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return [login.password, encodeURIComponent(login.password), ...encoded];
}

interface MailFacts {
  readonly message: string;
  readonly code: string | undefined;
  /** The code of the system or of TLS below `code`. */
  readonly originalCode: string | undefined;
  readonly response: string | undefined;
  readonly permanent: boolean | undefined;
  readonly recipient: string | undefined;
}

function factsOf(error: unknown): MailFacts {
  // The library's error type lists these as optional; each is checked here before it is used.
  const facts = (error instanceof Error ? error : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => (typeof facts[name] === 'string' ? facts[name] : undefined);
  return {
    message: text('message') ?? 'unknown fault',
    code: text('code'),
    originalCode: text('originalCode'),
    response: text('response'),
    permanent: typeof facts['permanent'] === 'boolean' ? facts['permanent'] : undefined,
    recipient: text('recipient'),
  };
}
