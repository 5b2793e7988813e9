import type { Call } from '../gcs.ts';
import { type Bucket, hashesOf, resourceOf, type StoredObject } from './buckets.ts';
import { respond } from './answer.ts';
import { refuse } from './refusal.ts';

/** What is asked of the objects of a bucket, or of one. */
export function objectsApi(bucket: Bucket, key: string | undefined, call: Call): void {
  const { request, response, url } = call;
  if (key === undefined) return list(bucket, call);
  const object = bucket.find(key, url.searchParams.get('generation'));
  if (!object) return missing(bucket, key, call);
  if (request.method === 'DELETE') return remove(bucket, object, call);
  if (request.method !== 'GET') return refuse(response, 405, { reason: 'methodNotAllowed', message: 'Not allowed' });
  if (url.searchParams.get('alt') === 'media') return download(object, call);
  respond(call, resourceOf(bucket, object));
}

/** To downloads the answer is a line. */
function missing({ name }: Bucket, key: string, { response, url }: Call): void {
  const message = `No such object: ${name}/${key}`;
  if (url.searchParams.get('alt') !== 'media') return refuse(response, 404, { reason: 'notFound', message });
  response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' }).end(message);
}

function list(bucket: Bucket, call: Call): void {
  const { searchParams: query } = call.url;
  const [prefix, after] = [query.get('prefix') ?? '', Buffer.from(query.get('pageToken') ?? '', 'base64').toString()];
  const all = bucket.all
    .filter(({ name, noncurrent }) => name.startsWith(prefix) && (!noncurrent || query.get('versions') === 'true'))
    .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
    .filter((object) => placeOf(object) > after);
  const page = all.slice(0, Math.min(Number(query.get('maxResults') ?? 1000), 1000));
  const last = page.at(-1);
  const more = last && page.length < all.length;
  respond(call, {
    kind: 'storage#objects',
    ...(page.length > 0 && { items: page.map((object) => resourceOf(bucket, object)) }),
    ...(more && { nextPageToken: Buffer.from(placeOf(last)).toString('base64') }),
  });
}

function placeOf({ name, generation }: StoredObject): string {
  return `${name} ${generation}`;
}

function remove(bucket: Bucket, object: StoredObject, { url, response }: Call): void {
  if (bucket.retention) {
    const message = `Object '${bucket.name}/${object.name}' is subject to bucket's retention policy and cannot be deleted`;
    return refuse(response, 403, { reason: 'retentionPolicyNotMet', message });
  }
  bucket.remove(object, url.searchParams.has('generation') ? 'for good' : 'as usual');
  response.writeHead(204).end();
}

function download({ bytes, generation, storageClass }: StoredObject, { request, response }: Call): void {
  const { md5Hash, crc32c } = hashesOf(bytes);
  const headers = {
    'content-type': 'application/octet-stream',
    'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
    'x-goog-generation': generation,
    'x-goog-storage-class': storageClass,
  };
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined)
    return void response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  const [start, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)];
  if (start >= bytes.length)
    return refuse(response, 416, { reason: 'requestedRangeNotSatisfiable', message: 'Request range not satisfiable' });
  const range = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}`, 'content-length': end - start };
  response.writeHead(206, { ...headers, ...range }).end(bytes.subarray(start, end));
}
