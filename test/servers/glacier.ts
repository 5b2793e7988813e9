import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What is kept of an object in a bucket with archive classes. */
export interface ArchivedObject {
  readonly bytes: Buffer;
  readonly storageClass: string;
  readonly headers: IncomingMessage['headers'];
  restore: 'none' | 'ongoing' | 'restored';
  /** What was asked when it was asked back. */
  readonly asked: string[];
}

export interface Glacier extends AsyncDisposable {
  readonly endpoint: string;
  /** By key. */
  readonly objects: ReadonlyMap<string, ArchivedObject>;
  /** Everything that was asked back is there. */
  finishRestores(): void;
}

const archives = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Answers as Amazon's published API does for objects in archive classes: PutObject, HeadObject, GetObject, RestoreObject,
 * DeleteObject and ListObjectsV2 of the bucket `archive`, by path. Signatures aren't looked at. No S3 server that can be installed
 * archives anything.
 */
export async function startGlacier(): Promise<Glacier> {
  const objects = new Map<string, ArchivedObject>();
  const server = createServer((request, response) => void answer(objects, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    finishRestores: () => {
      for (const object of objects.values()) if (object.restore === 'ongoing') object.restore = 'restored';
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Objects = Map<string, ArchivedObject>;

async function answer(objects: Objects, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://any');
  const key = decodeURIComponent(url.pathname).replace(/^\/archive\/?/, '');
  const body = await buffer(request);
  if (request.method === 'PUT') return put(objects, { key, body, request, response });
  if (key === '') return list(objects, url.searchParams.get('prefix') ?? '', response);
  const object = objects.get(key);
  if (request.method === 'DELETE') return remove(objects, key, response);
  if (!object) return refuse(response, 404, 'NoSuchKey');
  if (request.method === 'POST' && url.searchParams.has('restore')) return restore(object, String(body), response);
  read(object, request, response);
}

interface Put {
  readonly key: string;
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function put(objects: Objects, { key, body, request, response }: Put): void {
  const { headers } = request;
  const storageClass = String(headers['x-amz-storage-class'] ?? 'STANDARD');
  objects.set(key, { bytes: body, storageClass, headers, restore: 'none', asked: [] });
  response.writeHead(200, { etag: '"0"' }).end();
}

function remove(objects: Objects, key: string, response: ServerResponse): void {
  objects.delete(key);
  response.writeHead(204).end();
}

function read(object: ArchivedObject, request: IncomingMessage, response: ServerResponse): void {
  const away = archives.has(object.storageClass) && object.restore !== 'restored';
  if (request.method === 'GET' && away) return refuse(response, 403, 'InvalidObjectState');
  const expiry = 'expiry-date="Fri, 21 Dec 2035 00:00:00 GMT"';
  const state = { none: undefined, ongoing: 'ongoing-request="true"', restored: `ongoing-request="false", ${expiry}` };
  const restore = state[object.restore];
  const bytes = partOf(object.bytes, request.headers.range);
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-length': bytes.length,
    // Amazon names every class but the standard one.
    ...(object.storageClass !== 'STANDARD' && { 'x-amz-storage-class': object.storageClass }),
    ...(restore !== undefined && { 'x-amz-restore': restore }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function partOf(bytes: Buffer, range: string | undefined): Buffer {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return bytes.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
}

function restore(object: ArchivedObject, asked: string, response: ServerResponse): void {
  if (!archives.has(object.storageClass)) return refuse(response, 403, 'InvalidObjectState');
  if (object.restore === 'ongoing') return refuse(response, 409, 'RestoreAlreadyInProgress');
  object.asked.push(asked);
  if (object.restore === 'none') object.restore = 'ongoing';
  response.writeHead(object.restore === 'ongoing' ? 202 : 200).end();
}

function list(objects: Objects, prefix: string, response: ServerResponse): void {
  const contents = [...objects].filter(([key]) => key.startsWith(prefix)).map(([key, object]) => entry(key, object));
  const body = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
  response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
}

function entry(key: string, { bytes, storageClass, restore }: ArchivedObject): string {
  const expiry = restore === 'restored' ? '<RestoreExpiryDate>2035-12-21T00:00:00Z</RestoreExpiryDate>' : '';
  const ongoing = `<IsRestoreInProgress>${restore === 'ongoing'}</IsRestoreInProgress>`;
  const status = restore === 'none' ? '' : `<RestoreStatus>${ongoing}${expiry}</RestoreStatus>`;
  const facts = `<Size>${bytes.length}</Size><LastModified>2026-01-01T00:00:00Z</LastModified>`;
  return `<Contents><Key>${key}</Key>${facts}<StorageClass>${storageClass}</StorageClass>${status}</Contents>`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
}
