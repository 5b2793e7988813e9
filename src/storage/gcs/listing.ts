import { isObjectName } from '../name.ts';
import type { ObjectInfo } from '../store.ts';
import type { GcsPlace } from './place.ts';

export interface Page {
  readonly items?: readonly Item[];
  readonly nextPageToken?: string;
}

interface Item {
  readonly name?: string;
  readonly size?: string;
  readonly timeCreated?: string;
  readonly generation?: string;
}

/** A page at a time; the next one is asked for while one is used. What is no object of a store is left out. */
export async function* listObjects(place: GcsPlace, prefix: string): AsyncGenerator<ObjectInfo> {
  const start = place.keyPrefixOf(prefix);
  const list = (token?: string): Promise<Page> =>
    place.ask('list', prefix === '' ? 'everything' : prefix, () => listPage(place, { prefix: start, token }));
  let next: Promise<Page> | undefined = list();
  while (next) {
    const page: Page = await next;
    next = page.nextPageToken === undefined ? undefined : list(page.nextPageToken);
    // Its fault is met when its turn comes, and never by who stops before.
    next?.catch(() => undefined);
    for (const item of page.items ?? []) yield* infoOf(place, item);
  }
}

export interface PageRequest {
  /** As it stands in the bucket. */
  readonly prefix: string;
  readonly token?: string | undefined;
  readonly versions?: 'all' | undefined;
  readonly atMost?: number;
}

export async function listPage(
  place: GcsPlace,
  { prefix, token, versions, atMost = 1000 }: PageRequest,
): Promise<Page> {
  const fields = 'items(name,size,timeCreated,generation),nextPageToken';
  return await place.client.json<Page>({
    method: 'GET',
    path: `${place.bucketPath}/o`,
    query: {
      prefix: prefix === '' ? undefined : prefix,
      maxResults: String(atMost),
      pageToken: token,
      versions: versions && 'true',
      fields,
    },
  });
}

function* infoOf(place: GcsPlace, { name: key = '', size, timeCreated = '' }: Item): Generator<ObjectInfo> {
  const name = place.nameOf(key);
  if (!isObjectName(name)) return;
  const modifiedAt = Date.parse(timeCreated);
  yield { name, size: Number(size ?? 0), modifiedAt: Number.isNaN(modifiedAt) ? undefined : modifiedAt };
}
