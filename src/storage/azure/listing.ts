import type { BlobItem, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { isObjectName } from '../name.ts';
import type { ObjectInfo } from '../store.ts';
import type { AzurePlace } from './place.ts';

/** The server gives no more at a time. */
const pageSize = 5000;

/** A page at a time; the next one is asked for while one is used. What is no object of a store is left out. */
export async function* listObjects(place: AzurePlace, prefix: string): AsyncGenerator<ObjectInfo> {
  const start = place.keyPrefixOf(prefix);
  const pages = place.container.listBlobsFlat({ prefix: start }).byPage({ maxPageSize: pageSize });
  let next = pageOf(place, prefix, pages);
  for (;;) {
    const page = await next;
    if (page === undefined) return;
    next = pageOf(place, prefix, pages);
    // Its fault is met when its turn comes, and never by who stops before.
    next.catch(() => undefined);
    for (const blob of page.segment.blobItems) yield* infoOf(place, blob);
  }
}

async function pageOf(
  place: AzurePlace,
  prefix: string,
  pages: AsyncIterableIterator<ContainerListBlobFlatSegmentResponse>,
): Promise<ContainerListBlobFlatSegmentResponse | undefined> {
  const answer = await place.ask('list', prefix === '' ? 'everything' : prefix, () => pages.next());
  return answer.done === true ? undefined : answer.value;
}

function* infoOf(place: AzurePlace, { name: key, properties }: BlobItem): Generator<ObjectInfo> {
  const name = place.nameOf(key);
  if (!isObjectName(name)) return;
  yield {
    name,
    size: properties.contentLength ?? 0,
    modifiedAt: properties.lastModified.getTime(),
    ...(properties.accessTier === archiveTier && { archived: true }),
  };
}

/** What lies there must be asked for before it can be read. */
export const archiveTier = 'Archive';
