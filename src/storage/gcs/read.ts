import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { messageOf, MusterError } from '../../base/error.ts';
import type { ByteRange } from '../store.ts';
import { noneIfMissing, type GcsPlace } from './place.ts';

export interface ReadRequest {
  readonly name: string;
  readonly range?: ByteRange | undefined;
  /** Of an older version. */
  readonly generation?: string | undefined;
}

/** Throws `object-missing`. */
export async function readObject(place: GcsPlace, request: ReadRequest): Promise<Buffer> {
  const { name, range, generation } = request;
  if (range?.length === 0) return await nothingOf(place, name);
  const path = place.objectPath(name);
  const headers = range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
  const query = { alt: 'media', generation };
  const answer = await place.askOr('read', name, {
    request: () => place.client.send({ method: 'GET', path, query, ...(headers && { headers }) }, 200, 206),
    expected: (refusal) => (refusal.status === 416 ? ('beyond' as const) : noneIfMissing(refusal)),
  });
  if (answer === 'none') throw missing(place, name);
  return answer === 'beyond' ? Buffer.alloc(0) : await bytesOf(place, request, answer);
}

/** No request can ask for nothing; but whether there is such an object at all is asked. */
async function nothingOf(place: GcsPlace, name: string): Promise<Buffer> {
  await existing(place, name);
  return Buffer.alloc(0);
}

/** Into one buffer of the size that was announced; fewer bytes are a fault. The server has a hash of the whole. */
async function bytesOf(place: GcsPlace, { name, range }: ReadRequest, answer: IncomingMessage): Promise<Buffer> {
  const bytes = await bodyOf(place, name, answer);
  // A server that knows no ranges sends everything.
  if (range && answer.statusCode === 200) return bytes.subarray(range.offset, range.offset + range.length);
  const md5 = /\bmd5=([A-Za-z0-9+/=]+)/.exec(String(answer.headers['x-goog-hash'] ?? ''))?.[1];
  if (range || md5 === undefined || hash('md5', bytes, 'base64') === md5) return bytes;
  throw badRead(place, name, 'the bytes that came are not those that the server has a hash of');
}

async function bodyOf(place: GcsPlace, name: string, answer: IncomingMessage): Promise<Buffer> {
  const size = Number(answer.headers['content-length']);
  if (!Number.isSafeInteger(size)) throw badRead(place, name, 'the server does not say how much it sends');
  const bytes = Buffer.allocUnsafeSlow(size);
  let done = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) done += chunk.copy(bytes, done);
  } catch (error) {
    throw badRead(place, name, `${done} of ${size} bytes came: ${messageOf(error)}`);
  }
  return bytes;
}

function badRead(place: GcsPlace, name: string, what: string): MusterError {
  return new MusterError(`cannot read ${name} in ${place.description}: ${what}`, {
    code: 'storage-unreachable',
    hint: 'Check the network between here and the server.',
    retryable: true,
  });
}

/** What the server knows of an object. */
export interface GcsObject {
  /** Bytes, in digits. */
  readonly size?: string;
  readonly generation?: string;
}

/** Undefined: there is none. */
export async function objectOf(place: GcsPlace, name: string): Promise<GcsObject | undefined> {
  const path = place.objectPath(name);
  const answer = await place.askOr('look at', name, {
    request: () => place.client.json<GcsObject>({ method: 'GET', path, query: { fields: 'size,generation' } }),
    expected: noneIfMissing,
  });
  return answer === 'none' ? undefined : answer;
}

/** Throws `object-missing`. */
export async function existing(place: GcsPlace, name: string): Promise<GcsObject> {
  const object = await objectOf(place, name);
  if (object) return object;
  throw missing(place, name);
}

function missing(place: GcsPlace, name: string): MusterError {
  return new MusterError(`${place.description} has no object ${name}`, {
    code: 'object-missing',
    hint: 'Check that this is the right storage target; else use another copy.',
  });
}
