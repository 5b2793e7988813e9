import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { MusterError } from '../../base/error.ts';
import { bodyOf, type Content, md5Of } from '../gathered/content.ts';
import { largestRequest } from '../gathered/writer.ts';
import { headOf, lockEndFor, lockHeaders } from './lock.ts';
import type { S3Place } from './place.ts';
import { conditionRefused, type Refused, type Stored, type Upload } from './stored.ts';

/** The protocol allows no more parts. */
const mostParts = 10_000;

/** Each of these holds a part in memory. */
const partsAtOnce = 2;

/** Nothing is left on the server when it fails, if the server can be reached to tell it so. */
export async function uploadInParts(place: S3Place, upload: Upload): Promise<Stored | Refused> {
  const { name, holds, where } = upload;
  const until = lockEndFor(place, name);
  const request = { ...place.written(name, holds), ...(where === 'anywhere' && lockHeaders(place, until)) };
  const { UploadId } = await place.ask('write', name, (client) =>
    client.send(new CreateMultipartUploadCommand(request)),
  );
  const started = { ...upload, id: UploadId ?? '' };
  try {
    const result = await complete(place, started, await sendParts(place, started));
    return typeof result === 'string' ? result : { ...result, until };
  } catch (error) {
    await abort(place, started).catch(() => undefined);
    throw error;
  }
}

interface Started extends Upload {
  readonly id: string;
}

/** A part that is under way when another fails is waited for: one that comes after the end of an upload may stay. */
async function sendParts(place: S3Place, started: Started): Promise<CompletedPart[]> {
  const { size } = started.content;
  const length = Math.max(largestRequest, Math.ceil(size / mostParts));
  const parts: CompletedPart[] = [];
  for (let number = 1; (number - 1) * length < size; number += partsAtOnce) {
    const numbers = Array.from({ length: partsAtOnce }, (_, index) => number + index);
    const sending = numbers
      .filter((number) => (number - 1) * length < size)
      .map((number) => sendPart(place, started, { number, length }));
    await Promise.allSettled(sending);
    parts.push(...(await Promise.all(sending)));
  }
  return parts;
}

async function sendPart(
  place: S3Place,
  { name, content, id }: Started,
  { number, length }: { readonly number: number; readonly length: number },
): Promise<CompletedPart> {
  const pieces = await partOf(content, (number - 1) * length, length);
  const request = {
    ...place.readable(name),
    UploadId: id,
    PartNumber: number,
    ContentLength: pieces.reduce((sum, piece) => sum + piece.length, 0),
    ContentMD5: md5Of(pieces),
  };
  const { ETag } = await place.ask('write', name, (client) =>
    client.send(new UploadPartCommand({ ...request, Body: bodyOf(pieces) })),
  );
  return { PartNumber: number, ETag };
}

async function partOf(content: Content, offset: number, length: number): Promise<readonly Uint8Array[]> {
  return await content.part(offset, Math.min(length, content.size - offset));
}

async function complete(
  place: S3Place,
  started: Started,
  parts: CompletedPart[],
): Promise<Pick<Stored, 'version'> | Refused> {
  const { name, id, where, content } = started;
  const condition = where === 'new' ? { IfNoneMatch: '*' } : {};
  const request = { ...place.readable(name), ...condition, UploadId: id, MultipartUpload: { Parts: parts } };
  const result = await place.askOr('write', name, {
    request: (client) => client.send(new CompleteMultipartUploadCommand(request)),
    expected: ({ name, status }) => (where === 'new' ? conditionRefused(name, status) : undefined),
  });
  if (typeof result === 'string') {
    await abort(place, started);
    return result;
  }
  // The server puts the parts together; nothing but this says that it did so with all of them.
  const head = await headOf(place, { name, version: result.VersionId });
  if (head?.ContentLength !== content.size) throw torn(place, name);
  return { version: result.VersionId };
}

async function abort(place: S3Place, { name, id }: Started): Promise<void> {
  const request = { ...place.objectOf(name), UploadId: id };
  await place.askOr('write', name, {
    request: (client) => client.send(new AbortMultipartUploadCommand(request)),
    expected: ({ status }) => (status === 404 ? 'gone' : undefined),
  });
}

function torn(place: S3Place, name: string): MusterError {
  return new MusterError(
    `cannot write ${name} in ${place.description}: its parts were not put together as they were sent`,
    {
      code: 'storage-failed',
      hint: 'Try again; if it happens again, look into the log of the server.',
      retryable: true,
    },
  );
}
