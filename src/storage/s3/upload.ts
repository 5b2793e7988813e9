import { PutObjectCommand } from '@aws-sdk/client-s3';
import { bodyOf, md5Of } from '../gathered/content.ts';
import { largestRequest } from '../gathered/writer.ts';
import { historyOf } from './history.ts';
import { keepLocked, lockEndFor, lockHeaders } from './lock.ts';
import { uploadInParts } from './multipart.ts';
import type { S3Place } from './place.ts';
import { removeVersion } from './remove.ts';
import { conditionRefused, type Refused, type Stored, type Upload, type UploadResult } from './stored.ts';

/** Durable, and locked where objects are to be, when it resolves with `stored`. */
export async function upload(place: S3Place, upload: Upload): Promise<UploadResult> {
  const whole = upload.content.size <= largestRequest;
  const result = whole ? await uploadAtOnce(place, upload) : await uploadInParts(place, upload);
  if (typeof result === 'string') return result;
  if (upload.where === 'new' && (await isOvertaken(place, upload.name, result))) return 'taken';
  await keepLocked(place, { name: upload.name, size: upload.content.size, ...result });
  return 'stored';
}

/**
 * In a bucket with versions, radosgw lets several that write at once through, each as a version. The first of them counts;
 * the others take theirs back.
 */
async function isOvertaken(place: S3Place, name: string, { version }: Stored): Promise<boolean> {
  if (version === undefined) return false;
  const { versions, removals } = await historyOf(place, name);
  const isFirst = versions.at(-1)?.VersionId === version;
  if (isFirst || removals.length > 0) return false;
  await removeVersion(place, { name, version });
  return true;
}

async function uploadAtOnce(place: S3Place, { name, content, holds, where }: Upload): Promise<Stored | Refused> {
  const pieces = await content.part(0, content.size);
  const until = lockEndFor(place, name);
  const request = {
    ...place.written(name, holds),
    // What may have to be taken back is locked only afterwards.
    ...(where === 'anywhere' && lockHeaders(place, until)),
    ContentLength: content.size,
    ContentMD5: md5Of(pieces),
    ...(where === 'new' && { IfNoneMatch: '*' }),
  };
  const result = await place.askOr('write', name, {
    request: (client) => client.send(new PutObjectCommand({ ...request, Body: bodyOf(pieces) })),
    expected: ({ name, status }) => (where === 'new' ? conditionRefused(name, status) : undefined),
  });
  return typeof result === 'string' ? result : { version: result.VersionId, until };
}
