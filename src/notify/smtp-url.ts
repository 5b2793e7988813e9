import { ChannelError } from './channel.ts';

/** What an SMTP URL says. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; `required` and `offered`: STARTTLS, always or when the server has it. */
  readonly tls: 'implicit' | 'required' | 'offered';
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

/**
 * `smtp://[user:password@]host[:587][?starttls=required]` or `smtps://[user:password@]host[:465]`. A password is never
 * sent in the clear except to this machine itself: with one, STARTTLS is required. Throws a `ChannelError` without the URL in it.
 */
export function parseSmtpUrl(text: string, channel: string): SmtpServer {
  const url = URL.parse(text);
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '' || hasMore(url)) throw badUrl(channel);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const login = loginOf(url, channel);
  const tls = tlsOf(url, isLoopback(host) ? undefined : login);
  return { host, port: Number(url.port) || (tls === 'implicit' ? 465 : 587), tls, login };
}

function hasMore(url: URL): boolean {
  const options = ['', '?starttls=required', '?starttls=offered'];
  return !['', '/'].includes(url.pathname) || url.hash !== '' || !options.includes(url.search);
}

function loginOf(url: URL, channel: string): SmtpServer['login'] {
  if (url.username === '' && url.password === '') return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    throw badUrl(channel);
  }
}

function tlsOf(url: URL, login: SmtpServer['login']): SmtpServer['tls'] {
  if (url.protocol === 'smtps:') return 'implicit';
  return login !== undefined || url.search === '?starttls=required' ? 'required' : 'offered';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function badUrl(channel: string): ChannelError {
  return new ChannelError(`the URL of channel ${channel} is not an SMTP URL`, {
    hint: 'Write smtp://user:password@host:587 or smtps://user:password@host:465, with %-codes for characters such as @ : / # % in the password.',
  });
}
