import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface RestServer extends AsyncDisposable {
  readonly port: number;
  /** `METHOD /path` of each request, in order. */
  readonly requests: readonly string[];
  /** Ends every connection. */
  readonly cut: () => void;
}

export interface RestServerOptions {
  /** Where repositories lie: below it, each has the path of its URL. */
  readonly folder: string;
  /** As with `--append-only`: nothing but locks can be removed. */
  readonly appendOnly?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
  readonly tls?: ServerOptions;
  /** Of the protocol; default: 2. */
  readonly version?: 1 | 2;
  /** Called before each request is served, counted from 1; true when it has dealt with it. */
  readonly fault?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;
}

/**
 * A server of restic's REST protocol (doc/REST_backend.rst of restic) on 127.0.0.1, as strict as the one that restic's
 * authors publish: it takes no name but digests, no content that doesn't fit its name, and nothing under a name that is taken.
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const requests: string[] = [];
  const server: Server = options.tls ? createTlsServer(options.tls) : createServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    if (options.fault?.(request, response, requests.length)) return;
    answer(options, request, response).catch(() => {
      if (!response.headersSent) respond(response, 500);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    cut: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const types = ['data', 'index', 'keys', 'locks', 'snapshots'];

/** The repository's path, then what is asked of it. */
const objectPath = /^((?:\/[\w-]+)*?)\/(config|(data|index|keys|locks|snapshots)\/([0-9a-f]{64})?)$/;
const repositoryPath = /^((?:\/[\w-]+)*)\/$/;

async function answer(options: RestServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isAllowed(options, request)) return respond(response, 401);
  const url = new URL(request.url ?? '', 'http://server');
  const [, repository, rest = '', type, id] = objectPath.exec(url.pathname) ?? [];
  if (repository === undefined) return create(options, request, response);
  const root = join(options.folder, repository);
  if (type !== undefined && id === undefined) return list(join(root, type), type, { options, request, response });
  const path = rest === 'config' ? join(root, rest) : objectFile(root, type ?? '', id ?? '');
  const exchange = { path, digest: id, request, response };
  if (request.method === 'HEAD') return head(exchange);
  if (request.method === 'GET') return await get(exchange, rest !== 'config');
  if (request.method === 'POST') return await post(exchange);
  if (request.method === 'DELETE') return remove(exchange, options.appendOnly === true && type !== 'locks');
  respond(response, 405);
}

interface Exchange {
  readonly path: string;
  readonly digest: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function isAllowed({ login }: RestServerOptions, { headers }: IncomingMessage): boolean {
  if (login === undefined) return true;
  return headers.authorization === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
}

function create(options: RestServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://server');
  const repository = repositoryPath.exec(url.pathname)?.[1];
  if (repository === undefined) return respond(response, 404);
  if (request.method !== 'POST') return respond(response, 405);
  if (url.searchParams.get('create') !== 'true') return respond(response, 400);
  const root = join(options.folder, repository);
  for (const type of types) mkdirSync(join(root, type), { recursive: true, mode: 0o700 });
  for (let i = 0; i < 256; i += 1)
    mkdirSync(join(root, 'data', i.toString(16).padStart(2, '0')), { recursive: true, mode: 0o700 });
  respond(response, 200);
}

interface ListExchange extends Pick<Exchange, 'request' | 'response'> {
  readonly options: RestServerOptions;
}

function list(folder: string, type: string, { options, request, response }: ListExchange): void {
  if (request.method !== 'GET') return respond(response, 405);
  if (!existsSync(folder)) return respond(response, 404);
  const files = readdirSync(folder, { recursive: type === 'data', withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const finished = files.filter(({ name }) => /^[0-9a-f]{64}$/.test(name));
  const wantsSizes = options.version !== 1 && request.headers.accept === 'application/vnd.x.restic.rest.v2';
  const items = finished.map(({ name, parentPath }) =>
    wantsSizes ? { name, size: statSync(join(parentPath, name)).size } : name,
  );
  response.setHeader('content-type', `application/vnd.x.restic.rest.v${wantsSizes ? 2 : 1}`);
  // That is what the published server says of a type that has no objects.
  response.end(items.length === 0 ? 'null' : JSON.stringify(items));
}

function objectFile(root: string, type: string, id: string): string {
  return type === 'data' ? join(root, type, id.slice(0, 2), id) : join(root, type, id);
}

function head({ path, response }: Exchange): void {
  if (!existsSync(path)) return respond(response, 404);
  response.setHeader('content-length', statSync(path).size);
  response.end();
}

async function get({ path, request, response }: Exchange, hasRanges: boolean): Promise<void> {
  if (!existsSync(path)) return respond(response, 404);
  const { size } = statSync(path);
  const [, from, to] = (hasRanges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')) || [];
  const start = Number(from ?? 0);
  const end = Math.min(to === undefined || to === '' ? Infinity : Number(to), size - 1);
  if (from !== undefined && start >= size) return respond(response, 416);
  if (from !== undefined) response.setHeader('content-range', `bytes ${start}-${end}/${size}`);
  response.writeHead(from === undefined ? 200 : 206, { 'content-length': size === 0 ? 0 : end - start + 1 });
  if (size === 0) response.end();
  else await pipeline(createReadStream(path, { start, end }), response);
}

async function post({ path, digest, request, response }: Exchange): Promise<void> {
  if (existsSync(path)) return respond(response, 403);
  if (digest === undefined) return await postConfig(path, request, response);
  const temporary = `${path}.rest-server-temp${randomUUID()}`;
  const hash = createHash('sha256');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const hashing = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(request, hashing, createWriteStream(temporary, { mode: 0o600, flush: true }));
    if (hash.digest('hex') !== digest) return respond(response, 400);
    renameSync(temporary, path);
    respond(response, 200);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Of two at once, one makes the file. */
async function postConfig(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await buffer(request);
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
    respond(response, 200);
  } catch {
    respond(response, existsSync(path) ? 403 : 500);
  }
}

function remove({ path, response }: Exchange, isForbidden: boolean): void {
  if (isForbidden) return respond(response, 403);
  if (!existsSync(path)) return respond(response, 404);
  rmSync(path);
  respond(response, 200);
}

function respond(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end();
}
