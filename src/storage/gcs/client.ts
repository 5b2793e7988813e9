import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GcsStoreOptions } from './options.ts';
import { createAgent } from '../http/agent.ts';
import { request as httpRequest } from '../http/node-http.ts';
import { type Authorize, authorizeWith } from './credentials.ts';
import { BadStatus } from './fault.ts';

export const defaultConnections = 8;

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the server; or a whole address, that of an upload which needs no more to be let in. */
  readonly path: string | URL;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent one after the other. */
  readonly body?: readonly Uint8Array[];
}

/** Sends requests over connections that are kept, each of them once. */
export class GcsClient {
  /** Without `/` at its end. */
  readonly endpoint: string;
  readonly #agent: Agent;
  readonly #authorize: Authorize;

  constructor({ endpoint, ca, credentials, connections = defaultConnections }: GcsStoreOptions) {
    this.endpoint = endpoint?.replace(/\/+$/, '') ?? 'https://storage.googleapis.com';
    this.#agent = createAgent({ url: this.endpoint, ca, connections });
    this.#authorize = authorizeWith(credentials);
  }

  /** An answer whose status is one of these; its body must be read or destroyed. Throws `BadStatus`. */
  async send(request: GcsRequest, ...statuses: readonly number[]): Promise<IncomingMessage> {
    const answer = await exchange(this.#urlOf(request), await this.#optionsOf(request), request.body ?? []);
    if (statuses.includes(answer.statusCode ?? 0)) return answer;
    throw await BadStatus.of(answer);
  }

  /** The same, of which the body is JSON. */
  async json<T>(request: GcsRequest): Promise<T> {
    const answer = await this.send(request, 200);
    const text = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
    // The API says what it is; all that is read of it is optional.
    return JSON.parse(text) as T;
  }

  /** The same, of which the body says nothing. */
  async done(request: GcsRequest, ...statuses: readonly number[]): Promise<void> {
    const answer = await this.send(request, ...statuses);
    await answer.resume().toArray();
  }

  close(): void {
    this.#agent.destroy();
  }

  #urlOf({ path, query = {} }: GcsRequest): URL {
    const url = path instanceof URL ? path : new URL(this.endpoint + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    return url;
  }

  async #optionsOf({ method, path, headers, body = [] }: GcsRequest): Promise<RequestOptions> {
    const length = body.reduce((sum, piece) => sum + piece.length, 0);
    const authorization = path instanceof URL ? undefined : await this.#authorize();
    return {
      method,
      agent: this.#agent,
      headers: {
        ...headers,
        ...(authorization !== undefined && { authorization }),
        ...(method !== 'GET' && { 'content-length': length }),
      },
    };
  }
}

async function exchange(url: URL, options: RequestOptions, body: readonly Uint8Array[]): Promise<IncomingMessage> {
  const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options);
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    // A server may answer before it has read everything, and close: the answer is what counts.
    request.on('response', resolve);
    request.on('error', reject);
  });
  pipeline(Readable.from(body, { objectMode: false }), request).catch(() => undefined);
  return await answered;
}
