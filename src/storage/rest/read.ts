import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ByteRange } from '../store.ts';
import { drain, expectStatus, readBody, type RestClient } from './client.ts';
import { BadAnswer, BadStatus } from './fault.ts';
import { sizeOf } from './listing.ts';

/** No object of a vault is longer; a server that says so must not make this process ask for the memory. */
const longest = 2 ** 32;

/** An object, or the bytes of a range that are there. Throws `BadStatus` 404 when there is none. */
export async function readObject(client: RestClient, path: string, range?: ByteRange): Promise<Buffer> {
  if (range === undefined) return await readWhole(client, path);
  if (range.length === 0) return await readNothing(client, path);
  const last = Math.min(range.offset + range.length, Number.MAX_SAFE_INTEGER) - 1;
  const answer = await client.send({ method: 'GET', path, headers: { range: `bytes=${range.offset}-${last}` } });
  expectStatus(answer, 200, 206, 416);
  if (answer.statusCode === 206) return await readPart(answer, range);
  if (answer.statusCode === 200) return cut(await readBody(answer, longest), range);
  await drain(answer);
  return Buffer.alloc(0);
}

/** True when the object is there, and its content has the digest. */
export async function hasDigest(client: RestClient, path: string, digest: string): Promise<boolean> {
  const answer = await client.send({ method: 'GET', path });
  expectStatus(answer, 200, 404);
  const hash = createHash('sha256');
  for await (const piece of answer as AsyncIterable<Buffer>) hash.update(piece);
  return answer.statusCode === 200 && hash.digest('hex') === digest;
}

async function readWhole(client: RestClient, path: string): Promise<Buffer> {
  const answer = await client.send({ method: 'GET', path });
  expectStatus(answer, 200);
  return await readBody(answer, longest);
}

async function readNothing(client: RestClient, path: string): Promise<Buffer> {
  if ((await sizeOf(client, path)) === undefined) throw new BadStatus(404, 'Not Found');
  return Buffer.alloc(0);
}

async function readPart(answer: IncomingMessage, { offset, length }: ByteRange): Promise<Buffer> {
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (Number(start) === offset) return await readBody(answer, length);
  answer.destroy();
  throw new BadAnswer('the server sends another range than the one that was asked for');
}

/** Some servers send `config` whole, whatever was asked for. */
function cut(whole: Buffer, { offset, length }: ByteRange): Buffer {
  return whole.subarray(offset, offset + length);
}
