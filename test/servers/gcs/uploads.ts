import { randomUUID } from 'node:crypto';
import type { Call } from '../gcs.ts';
import { respond } from './answer.ts';
import { type Bucket, type Buckets, hashesOf, resourceOf } from './buckets.ts';
import { refuse } from './refusal.ts';

interface Facts {
  readonly name?: string;
  readonly storageClass?: string;
  readonly md5Hash?: string;
  readonly crc32c?: string;
}

/** One that goes in parts. */
interface Session {
  readonly bucket: string;
  readonly facts: Facts;
  /** Of the request that began it: conditions and fields hold for all of it. */
  readonly url: URL;
  bytes: Buffer;
}

const classes = new Set(['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE']);

/** Parts but the last are multiples of this. */
const granule = 256 * 1024;

export class Uploads {
  readonly #sessions = new Map<string, Session>();
  /** Of a part the server may keep only the beginning; so many bytes of each. */
  keepsOfPart = Infinity;

  /** Names of those that were begun, and neither completed nor given up. */
  get open(): readonly string[] {
    return [...this.#sessions.values()].map(({ facts }) => facts.name ?? '');
  }

  begin({ name: bucket }: Bucket, { url, body, response, request }: Call): void {
    const id = randomUUID();
    const facts = JSON.parse(body.toString()) as Facts;
    this.#sessions.set(id, { bucket, facts, url, bytes: Buffer.alloc(0) });
    const scheme = 'encrypted' in request.socket ? 'https' : 'http';
    const location = `${scheme}://${request.headers.host}${url.pathname}?uploadType=resumable&upload_id=${id}`;
    response.writeHead(200, { location, 'content-length': 0 }).end();
  }

  serve(id: string, call: Call, buckets: Buckets): void {
    const { request, response } = call;
    const session = this.#sessions.get(id);
    if (!session) return void response.writeHead(404).end();
    if (request.method === 'DELETE') {
      this.#sessions.delete(id);
      return void response.writeHead(499, { 'content-length': 0 }).end();
    }
    const bucket = buckets.get(session.bucket);
    if (!bucket) return refuse(response, 404, { reason: 'notFound', message: 'The specified bucket does not exist.' });
    if (this.#take(session, call) === 'complete') {
      this.#sessions.delete(id);
      finish(bucket, session, call);
    }
  }

  #take(session: Session, { request, response, body }: Call): 'complete' | 'answered' {
    // `*`: as much as comes; in the place of the total: not known, or known by the end of the body.
    const range = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '');
    const [, from = session.bytes.length, last = '*', whole = '*'] = range ?? [];
    const end = last === '*' ? Number(from) + body.length : Number(last) + 1;
    const total = whole === '*' && last === '*' ? end : Number(whole);
    const fits = Number(from) === session.bytes.length && end - Number(from) === body.length;
    if (!range || !fits || (end !== total && body.length % granule !== 0)) {
      refuse(response, 400, { reason: 'badRequest', message: 'Invalid request: wrong range of bytes' });
      return 'answered';
    }
    session.bytes = Buffer.concat([session.bytes, body.subarray(0, this.keepsOfPart)]);
    if (session.bytes.length === total) return 'complete';
    response.writeHead(308, { range: `bytes=0-${session.bytes.length - 1}`, 'content-length': 0 }).end();
    return 'answered';
  }
}

export function uploadApi(bucket: Bucket, uploads: Uploads, call: Call): void {
  if (call.url.searchParams.get('uploadType') === 'resumable') return uploads.begin(bucket, call);
  const boundary = /boundary=([^;]+)/.exec(call.request.headers['content-type'] ?? '')?.[1] ?? '';
  const [facts, bytes] = partsOf(call.body, boundary);
  if (!facts || !bytes)
    return refuse(call.response, 400, { reason: 'badRequest', message: 'Malformed multipart body.' });
  finish(bucket, { facts: JSON.parse(facts.toString()) as Facts, bytes, url: call.url }, call);
}

/** Contents of the parts of a body of `multipart/related` (RFC 2387). */
function partsOf(body: Buffer, boundary: string): readonly Buffer[] {
  const parts: Buffer[] = [];
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at >= 0;) {
    const next = body.indexOf(`\r\n--${boundary}`, at + mark.length);
    const start = body.indexOf('\r\n\r\n', at) + 4;
    if (next < 0) break;
    parts.push(body.subarray(start, next));
    at = next + 2;
  }
  return parts;
}

function finish(bucket: Bucket, { facts, bytes, url }: Omit<Session, 'bucket'>, { response }: Call): void {
  const { md5Hash, crc32c, storageClass } = facts;
  const name = url.searchParams.get('name') ?? facts.name ?? '';
  if (name === '') return refuse(response, 400, { reason: 'required', message: 'Required parameter: name' });
  const hashes = hashesOf(bytes);
  const there = bucket.find(name);
  if (url.searchParams.get('ifGenerationMatch') === '0' && there)
    return refuse(response, 412, {
      reason: 'conditionNotMet',
      message: 'At least one of the pre-conditions you specified did not hold.',
    });
  if ((md5Hash ?? hashes.md5Hash) !== hashes.md5Hash || (crc32c ?? hashes.crc32c) !== hashes.crc32c) {
    const message = `Provided MD5 hash "${md5Hash}" doesn't match calculated MD5 hash "${hashes.md5Hash}".`;
    return refuse(response, 400, { reason: 'invalid', message });
  }
  if (storageClass !== undefined && !classes.has(storageClass))
    return refuse(response, 400, { reason: 'invalid', message: `Invalid storage class: ${storageClass}` });
  if (there && bucket.retention) {
    const message = `Object '${bucket.name}/${name}' is subject to bucket's retention policy and cannot be overwritten`;
    return refuse(response, 403, { reason: 'retentionPolicyNotMet', message });
  }
  respond({ url, response }, resourceOf(bucket, bucket.store(name, bytes, storageClass)));
}
