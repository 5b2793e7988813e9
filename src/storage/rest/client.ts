import { readFile } from 'node:fs/promises';
import type { Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import type { Milliseconds } from '../../base/clock.ts';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import { Agent, request as httpRequest } from '../http/node-http.ts';
import { BadAnswer, BadStatus } from './fault.ts';

/** Where and how a server is reached: the facts of `RestStorage`, with its secrets looked up. */
export interface RestPlace {
  /** Of the repository. */
  readonly url: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Absolute path of a PEM file with further certificate authorities. */
  readonly ca: string | undefined;
  readonly connections: number;
  /** How long the server may leave a request without a byte. */
  readonly patience: Milliseconds;
}

export interface RestRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Below that of the repository, such as `data/…`, or a query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RestBody;
}

/** What is sent, of a length that is known. */
export interface RestBody {
  readonly length: number;
  open(): Readable;
}

/** Sends requests over connections that are kept. */
export class RestClient {
  readonly #place: RestPlace;
  readonly #base: URL;
  #agent: Promise<HttpAgent> | undefined;

  /** Throws `storage-failed` when the address isn't one. */
  constructor(place: RestPlace) {
    this.#place = place;
    this.#base = baseOf(place.url);
  }

  /** For messages: never with the password. */
  get address(): string {
    return `${this.#base.origin}${this.#base.pathname}`;
  }

  /** Whatever the server answers. The body must be read or destroyed. */
  async send(request: RestRequest): Promise<IncomingMessage> {
    const agent = await (this.#agent ??= agentOf(this.#place, this.#base));
    const url = new URL(request.path, this.#base);
    const options: RequestOptions = { method: request.method, agent, headers: this.#headersOf(request) };
    for (;;) {
      try {
        return await exchange(url, options, { body: request.body, patience: this.#place.patience });
      } catch (error) {
        // What is posted may have arrived: whoever sends it must look first.
        if (!(error instanceof StaleConnection) || request.method === 'POST') throw error;
      }
    }
  }

  async close(): Promise<void> {
    (await this.#agent?.catch(() => undefined))?.destroy();
  }

  #headersOf({ headers, body, method }: RestRequest): Record<string, string | number> {
    const { user, password } = this.#place;
    const credentials = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
    return {
      accept: 'application/vnd.x.restic.rest.v2',
      ...(user !== undefined && { authorization: `Basic ${credentials}` }),
      ...(method === 'POST' && { 'content-type': 'application/octet-stream', 'content-length': body?.length ?? 0 }),
      ...headers,
    };
  }
}

/** The server had ended a connection that was kept, which was noticed only when it was used again. */
export class StaleConnection extends Error {}

/** Throws `BadStatus` when the status is none of those; the body is thrown away then. */
export function expectStatus(answer: IncomingMessage, ...statuses: readonly number[]): void {
  const status = answer.statusCode ?? 0;
  if (statuses.includes(status)) return;
  answer.destroy();
  throw new BadStatus(status, answer.statusMessage ?? '');
}

/** All of a body. Throws `BadAnswer` when it is longer than `most`. */
export async function readBody(answer: IncomingMessage, most: number): Promise<Buffer> {
  const announced = Number(answer.headers['content-length'] ?? 0);
  const pieces: Buffer[] = [];
  let length = 0;
  if (announced > most) answer.destroy(new BadAnswer(`the server sends ${announced} bytes`));
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new BadAnswer(`the server sends more than the ${most} bytes that were asked for`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** Reads a body that says nothing, so that the connection can be used again; ends the connection when there is much of it. */
export async function drain(answer: IncomingMessage): Promise<void> {
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > 2 ** 20) return;
  }
}

function baseOf(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw badAddress('it must begin with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw badAddress('user and password have keys of their own beside `url`');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  url.hash = '';
  return url;
}

function badAddress(why: string): MusterError {
  return new MusterError(`the \`url\` of the REST server can't be used: ${why}`, {
    code: 'storage-failed',
    hint: 'Write it as https://backup.example.org:8000/vault/.',
  });
}

async function agentOf({ connections, ca }: RestPlace, base: URL): Promise<HttpAgent> {
  const options = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' as const };
  if (base.protocol === 'http:') return new Agent(options);
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), await readAuthorities(ca)] };
  return new TlsAgent({ ...options, ...authorities });
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MusterError(`cannot read the certificate authorities in ${path}: ${messageOf(error)}`, {
      code: 'storage-refused',
      hint: 'Check `ca` of the storage target, and that the user that runs muster may read this file.',
      cause: error,
    });
  }
}

interface Exchange {
  readonly body: RestBody | undefined;
  readonly patience: Milliseconds;
}

async function exchange(url: URL, options: RequestOptions, { body, patience }: Exchange): Promise<IncomingMessage> {
  const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options);
  request.setTimeout(patience, () => request.destroy(new Error(`no byte for ${Math.round(patience / 1000)} seconds`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    // A server may answer before it has read everything, and close: the answer is what counts.
    request.on('error', (error) => {
      const isStale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    });
  });
  if (body === undefined) request.end();
  else
    body
      .open()
      .on('error', (error) => request.destroy(error))
      .pipe(request);
  return await answered;
}
