import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { MusterError } from '../../base/error.ts';
import type { ByteRange } from '../store.ts';
import { s3Fault } from './fault.ts';
import { existing, type Version } from './lock.ts';
import type { S3Place } from './place.ts';

/** Throws `object-missing`, `object-archived`. */
export async function readObject(place: S3Place, { name, version }: Version, range?: ByteRange): Promise<Buffer> {
  if (range?.length === 0) return await nothingOf(place, name);
  const request = { ...place.readable(name), VersionId: version, Range: range && rangeHeader(range) };
  const answer = await place.askOr('read', name, {
    request: (client) => client.send(new GetObjectCommand(request)),
    expected: ({ status }) => (status === 416 ? ('beyond' as const) : undefined),
  });
  if (answer === 'beyond') return Buffer.alloc(0);
  return await bytesOf(place, name, answer);
}

/** No request can ask for nothing; but whether there is such an object at all is asked. */
async function nothingOf(place: S3Place, name: string): Promise<Buffer> {
  await existing(place, name);
  return Buffer.alloc(0);
}

function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

/** In one buffer of the size that was announced; fewer bytes are a fault. */
async function bytesOf(place: S3Place, name: string, answer: GetObjectCommandOutput): Promise<Buffer> {
  const length = answer.ContentLength ?? 0;
  try {
    // In Node the body is a stream of it.
    const bytes = await gathered(answer.Body as Readable as AsyncIterable<Buffer>, length);
    if (bytes.length === length) return bytes;
    throw cutOff(place, name, `${bytes.length} of ${length} bytes came`);
  } catch (error) {
    throw s3Fault(error, { doing: 'read', what: name, store: place.description });
  }
}

/** What comes in one piece is not copied. */
async function gathered(chunks: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  let bytes: Buffer | undefined;
  let done = 0;
  for await (const chunk of chunks) {
    if (chunk.length === length) return chunk;
    bytes ??= Buffer.allocUnsafeSlow(length);
    done += chunk.copy(bytes, done);
  }
  return bytes?.subarray(0, done) ?? Buffer.alloc(0);
}

function cutOff(place: S3Place, name: string, what: string): MusterError {
  return new MusterError(`cannot read ${name} in ${place.description}: ${what}`, {
    code: 'storage-unreachable',
    hint: 'Check the network between here and the server.',
    retryable: true,
  });
}
