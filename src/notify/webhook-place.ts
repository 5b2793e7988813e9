import type { Instant, Milliseconds } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { certificateHint, isCertificateFault } from './certificate.ts';
import { ChannelError } from './channel.ts';
import { quoted } from './text.ts';

/** Where a webhook goes to. Its path and query may be secret: messages name the origin only. */
export interface WebhookPlace {
  readonly url: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts of the URL that an answer may repeat. */
  readonly secrets: readonly string[];
}

/** A user and password in the URL become an `Authorization` header. Throws a `ChannelError` without the URL in it. */
export function parseWebhookUrl(text: string, channel: string): WebhookPlace {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw badUrl(channel);
  const login = loginOf(url, channel);
  const secrets = secretsOf(url, login);
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    origin: url.origin,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'muster',
      ...(login === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    },
    secrets,
  };
}

/** The whole and its parts, as written and decoded. Parts of the path count when they are long enough to be a token. */
function secretsOf(url: URL, login: string): readonly string[] {
  const password = login.slice(login.indexOf(':') + 1);
  const parts = [...url.pathname.split('/'), ...url.searchParams.values()].filter((part) => part.length >= 8);
  const written = [url.href, url.pathname + url.search, url.search, url.password, ...parts];
  return [...written, password, Buffer.from(login).toString('base64')].filter((secret) => secret.length > 3);
}

function loginOf(url: URL, channel: string): string {
  if (url.username === '' && url.password === '') return '';
  try {
    return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch {
    throw badUrl(channel);
  }
}

function badUrl(channel: string): ChannelError {
  return new ChannelError(`the URL of channel ${channel} is not an HTTP URL`, {
    hint: 'Write https://host/path, with %-codes for special characters in a password.',
  });
}

export function badSecret(channel: string): ChannelError {
  return new ChannelError(`the secret of channel ${channel} is not a Standard Webhooks secret`, {
    hint: 'It is whsec_ followed by base64. A new one: echo "whsec_$(openssl rand -base64 32)".',
  });
}

export interface Answer {
  readonly response: Response;
  /** The first part of its body. */
  readonly start: string;
  readonly now: Instant;
}

/** An answer outside 2xx. */
export function answerFault(place: WebhookPlace, { response, start, now }: Answer): ChannelError {
  const { status } = response;
  if (status >= 300 && status < 400) return redirected(place, status);
  const said = quoted(start, place.secrets);
  return new ChannelError(`${place.origin} answered ${status}${said === '' ? '' : `: ${said}`}`, {
    retryable: status >= 500 || [408, 425, 429].includes(status),
    retryAfter: retryAfter(response.headers.get('retry-after'), now),
    hint: 'Look into the log of the receiver.',
  });
}

function redirected(place: WebhookPlace, status: number): ChannelError {
  return new ChannelError(`${place.origin} answered ${status}, a redirect, which is not followed`, {
    hint: "Write the final address into the channel's `url`.",
  });
}

/** Seconds, or a date; undefined for anything else. */
function retryAfter(header: string | null, now: Instant): Milliseconds | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

export interface NetworkTrouble {
  readonly error: unknown;
  /** Set when the time ran out. */
  readonly timeout: Milliseconds | undefined;
}

export function networkFault(place: WebhookPlace, { error, timeout }: NetworkTrouble): ChannelError {
  if (error instanceof ChannelError) return error;
  if (timeout !== undefined) return silent(place, timeout);
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = codeOf(cause);
  if (isCertificateFault(code)) {
    return new ChannelError(`the certificate of ${place.origin} is not trusted (${code})`, { hint: certificateHint });
  }
  const said = quoted(code ?? messageOf(cause), place.secrets);
  return new ChannelError(`${place.origin} could not be reached (${said})`, {
    retryable: true,
    hint: "Check the host and port in the channel's `url`, and the network.",
  });
}

function silent(place: WebhookPlace, timeout: Milliseconds): ChannelError {
  return new ChannelError(`${place.origin} did not answer within ${formatDuration(timeout)}`, {
    retryable: true,
    hint: 'A receiver answers at once and does its work afterwards.',
  });
}
