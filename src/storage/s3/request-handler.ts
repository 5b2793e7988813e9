import { Agent as TlsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { readAuthorities } from '../http/agent.ts';
import { DirectReads } from '../http/direct-reads.ts';
import { Agent as PlainAgent } from '../http/node-http.ts';
import type { WholeAnswer } from '../http/incoming.ts';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];
type Answer = Awaited<ReturnType<Handle>>;

export interface RequestHandlerOptions {
  /** Path of a PEM file. */
  readonly ca: string | undefined;
  readonly connections: number;
}

/** Sends what the library has signed: by Node's client; but objects, unless through a proxy, are read for half its price. */
export class RequestHandler extends NodeHttpHandler {
  readonly #reads: DirectReads | undefined;
  readonly #secureContext: SecureContext | undefined;

  constructor({ ca, connections }: RequestHandlerOptions) {
    const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), readAuthorities(ca)] };
    // Parts of large objects go beside the requests that the plan allows.
    const agent = { keepAlive: true, maxSockets: connections * 2, proxyEnv: process.env };
    super({
      httpAgent: new PlainAgent(agent),
      httpsAgent: new TlsAgent({ ...agent, ...authorities }),
      connectionTimeout: 15_000,
      // Without a byte in either direction; a whole request may take as long as it takes.
      socketTimeout: 120_000,
    });
    this.#reads = namesProxy(process.env) ? undefined : new DirectReads(connections * 2);
    this.#secureContext = ca === undefined ? undefined : createSecureContext(authorities);
  }

  override async handle(request: Request, options?: Parameters<Handle>[1]): Promise<Answer> {
    const answer = isRead(request) ? await this.#read(request) : undefined;
    return answer === undefined ? await super.handle(request, options) : { response: answer };
  }

  override destroy(): void {
    this.#reads?.end();
    super.destroy();
  }

  async #read(request: Request): Promise<Answer['response'] | undefined> {
    const { hostname, headers } = request;
    const protocol = request.protocol === 'https:' ? 'https:' : 'http:';
    const port = request.port ?? (protocol === 'https:' ? 443 : 80);
    const server = { protocol, hostname, port, secureContext: this.#secureContext } as const;
    const answer = await this.#reads?.read({ server, path: pathOf(request), headers });
    return answer && responseOf(answer);
  }
}

function namesProxy(environment: NodeJS.ProcessEnv): boolean {
  return Object.entries(environment).some(([name, value]) => /^(?:https?|all)_proxy$/i.test(name) && value !== '');
}

/** Of the content of an object. */
function isRead({ method, query, body }: Request): boolean {
  return method === 'GET' && query['x-id'] === 'GetObject' && body === undefined;
}

function pathOf({ path, query }: Request): string {
  const parts = Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(String(value))}`);
  return `${path}?${parts.join('&')}`;
}

/** As it was signed. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The body is a stream of one piece. */
function responseOf({ head, body }: WholeAnswer): Answer['response'] {
  return { statusCode: head.status, headers: { ...head.headers }, body: Readable.from(body, { objectMode: true }) };
}
