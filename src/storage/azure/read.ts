import { hash } from 'node:crypto';
import type { BlobDownloadResponseParsed, BlobGetPropertiesResponse } from '@azure/storage-blob';
import { messageOf, MusterError } from '../../base/error.ts';
import type { ByteRange } from '../store.ts';
import type { AzurePlace } from './place.ts';

/** Throws `object-missing`, `object-archived`. */
export async function readObject(place: AzurePlace, name: string, range?: ByteRange): Promise<Buffer> {
  const blob = place.blob(name);
  if (range?.length === 0) return await nothingOf(place, name);
  const answer = await place.askOr('read', name, {
    // The library would go on by itself after a connection that broke.
    request: () => blob.download(range?.offset, range?.length, { maxRetryRequests: 0 }),
    expected: ({ name, status }) => (name === 'InvalidRange' || status === 416 ? ('beyond' as const) : undefined),
  });
  if (answer === 'beyond') return Buffer.alloc(0);
  const bytes = await bytesOf(place, name, answer);
  if (range === undefined) checkHash(place, name, { bytes, md5: answer.contentMD5 });
  return bytes;
}

/** No request can ask for nothing; but whether there is such an object at all is asked. */
async function nothingOf(place: AzurePlace, name: string): Promise<Buffer> {
  await existing(place, name);
  return Buffer.alloc(0);
}

/** Into one buffer of the size that was announced; fewer bytes are a fault. */
async function bytesOf(place: AzurePlace, name: string, answer: BlobDownloadResponseParsed): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(answer.contentLength ?? 0);
  let done = 0;
  try {
    // In Node the body is a stream of it.
    const body = answer.readableStreamBody as AsyncIterable<Buffer> | undefined;
    for await (const chunk of body ?? []) done += chunk.copy(bytes, done);
  } catch (error) {
    throw badRead(place, name, `${done} of ${bytes.length} bytes came: ${messageOf(error)}`);
  }
  if (done < bytes.length) throw badRead(place, name, `${done} of ${bytes.length} bytes came`);
  return bytes;
}

/** The server has a hash of what came in one request. */
function checkHash(
  place: AzurePlace,
  name: string,
  { bytes, md5 }: { readonly bytes: Buffer; readonly md5: Uint8Array | undefined },
): void {
  if (md5 === undefined || hash('md5', bytes, 'buffer').equals(md5)) return;
  throw badRead(place, name, 'the bytes that came are not those that the server has a hash of');
}

function badRead(place: AzurePlace, name: string, what: string): MusterError {
  return new MusterError(`cannot read ${name} in ${place.description}: ${what}`, {
    code: 'storage-unreachable',
    hint: 'Check the network between here and the server.',
    retryable: true,
  });
}

/** Undefined: there is none. */
export async function propertiesOf(place: AzurePlace, name: string): Promise<BlobGetPropertiesResponse | undefined> {
  const blob = place.blob(name);
  const answer = await place.askOr('look at', name, {
    request: () => blob.getProperties(),
    expected: ({ name }) => (name === 'BlobNotFound' ? ('none' as const) : undefined),
  });
  return answer === 'none' ? undefined : answer;
}

/** Throws `object-missing`. */
export async function existing(place: AzurePlace, name: string): Promise<BlobGetPropertiesResponse> {
  const properties = await propertiesOf(place, name);
  if (properties) return properties;
  throw new MusterError(`${place.description} has no object ${name}`, {
    code: 'object-missing',
    hint: 'Check that this is the right storage target; else use another copy.',
  });
}
