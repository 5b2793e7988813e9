import { type _Object, ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { isObjectName } from '../name.ts';
import type { ObjectInfo } from '../store.ts';
import type { S3Place } from './place.ts';

/** A page at a time; the next one is asked for while one is used. What is no object of a store is left out. */
export async function* listObjects(place: S3Place, prefix: string): AsyncGenerator<ObjectInfo> {
  const start = place.keyPrefixOf(prefix);
  let next: Promise<ListObjectsV2CommandOutput> | undefined = listPage(place, { prefix, start });
  while (next) {
    const page: ListObjectsV2CommandOutput = await next;
    const token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    next = token === undefined ? undefined : listPage(place, { prefix, start, token });
    // Its fault is met when its turn comes, and never by who stops before.
    next?.catch(() => undefined);
    for (const object of page.Contents ?? []) yield* infoOf(place, object);
  }
}

async function listPage(
  place: S3Place,
  { prefix, start, token }: { readonly prefix: string; readonly start: string; readonly token?: string },
): Promise<ListObjectsV2CommandOutput> {
  const request = { Bucket: place.bucket, Prefix: start, ContinuationToken: token };
  return await place.ask('list', prefix === '' ? 'everything' : prefix, (client) =>
    client.send(new ListObjectsV2Command({ ...request, OptionalObjectAttributes: ['RestoreStatus'] })),
  );
}

function* infoOf(place: S3Place, object: _Object): Generator<ObjectInfo> {
  const name = place.nameOf(object.Key ?? '');
  if (!isObjectName(name)) return;
  yield {
    name,
    size: object.Size ?? 0,
    modifiedAt: object.LastModified?.getTime(),
    ...(isArchived(object) && { archived: true }),
  };
}

/** A copy that was asked back counts until it expires. */
function isArchived({ StorageClass, RestoreStatus }: _Object): boolean {
  if (!archiveClasses.has(StorageClass ?? '')) return false;
  return RestoreStatus?.RestoreExpiryDate === undefined || RestoreStatus.IsRestoreInProgress === true;
}

/** What lies there must be asked for before it can be read. */
export const archiveClasses: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);
