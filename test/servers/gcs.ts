import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Buckets } from './gcs/buckets.ts';
import { isLetIn, type Login, makeLogin } from './gcs/login.ts';
import { objectsApi } from './gcs/objects.ts';
import { refuse } from './gcs/refusal.ts';
import { Uploads, uploadApi } from './gcs/uploads.ts';

export interface GcsServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly buckets: Buckets;
  readonly uploads: Uploads;
  readonly login: Login;
  /** `METHOD /path?query` of each request, in order. */
  readonly requests: readonly string[];
  /** Ends every connection, and listens no more. */
  readonly kill: () => Promise<void>;
}

export interface GcsServerOptions {
  readonly tls?: ServerOptions;
  /** Called before each request is served, counted from 1; true when it has dealt with it. */
  readonly fault?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;
}

/** One request to the API, with all of its body. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: Buffer;
}

/**
 * Answers as the published JSON API of Cloud Storage does, for objects: upload in one request with its facts, upload in
 * parts, download with ranges, facts, lists in pages, removal, versions, `ifGenerationMatch`, hashes, partial answers. Callers
 * need a token that a service account has signed, or the one that its machine would get. No server of Google's can be
 * installed.
 */
export async function startGcsServer(options: GcsServerOptions = {}): Promise<GcsServer> {
  const [buckets, uploads, login] = [new Buckets(), new Uploads(), makeLogin()];
  const requests: string[] = [];
  const server: Server = options.tls ? createTlsServer(options.tls) : createServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    if (options.fault?.(request, response, requests.length)) return;
    answer({ buckets, uploads, login }, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kill = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const endpoint = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { endpoint, buckets, uploads, login, requests, kill, [Symbol.asyncDispose]: kill };
}

interface State {
  readonly buckets: Buckets;
  readonly uploads: Uploads;
  readonly login: Login;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const call: Call = { request, response, url, body: await buffer(request) };
  const session = url.searchParams.get('upload_id');
  if (session !== null) return state.uploads.serve(session, call, state.buckets);
  const [, upload, name, key] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
  if (name === undefined) return refuse(response, 404, { reason: 'notFound', message: 'Not Found' });
  const bucket = state.buckets.get(decodeURIComponent(name));
  if (bucket?.open !== true && !isLetIn(state.login, request.headers.authorization))
    return refuse(response, 401, { reason: 'authError', message: 'Invalid Credentials' });
  if (!bucket) return refuse(response, 404, { reason: 'notFound', message: 'The specified bucket does not exist.' });
  if (upload !== undefined) return uploadApi(bucket, state.uploads, call);
  objectsApi(bucket, key === undefined ? undefined : decodeURIComponent(key), call);
}
