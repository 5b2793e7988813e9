import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from '@aws-sdk/client-s3';
import type { S3Place } from './place.ts';

/** Everything that a bucket still has under one name. */
export interface History {
  readonly key: string;
  /** Newest first. */
  readonly versions: ObjectVersion[];
  /** Ids of the marks that removals left. */
  readonly removals: string[];
  /** What is there now. */
  readonly removed: boolean;
}

/** Of every name below a prefix, by name. */
export async function* histories(place: S3Place, keyPrefix: string): AsyncGenerator<History> {
  const open = new Map<string, History>();
  for await (const page of pagesOf(place, keyPrefix)) {
    collect(page, open);
    // Pages may break between the versions of one name.
    const end = page.IsTruncated === true ? page.NextKeyMarker : undefined;
    for (const history of open.values()) {
      if (end !== undefined && history.key >= end) continue;
      open.delete(history.key);
      yield history;
    }
  }
}

export async function historyOf(place: S3Place, name: string): Promise<History> {
  const key = place.keyOf(name);
  for await (const history of histories(place, key)) if (history.key === key) return history;
  return { key, versions: [], removals: [], removed: false };
}

async function* pagesOf(place: S3Place, keyPrefix: string): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    const marker = { KeyMarker: page?.NextKeyMarker, VersionIdMarker: page?.NextVersionIdMarker };
    page = await place.ask('list', `the versions of ${place.nameOf(keyPrefix) || 'everything'}`, (client) =>
      client.send(new ListObjectVersionsCommand({ Bucket: place.bucket, Prefix: keyPrefix, ...marker })),
    );
    yield page;
  } while (page.IsTruncated === true);
}

/** Versions and marks come apart, each newest first; times are too coarse to order them. */
function collect(page: ListObjectVersionsCommandOutput, open: Map<string, History>): void {
  for (const version of page.Versions ?? []) historyIn(open, version.Key ?? '').versions.push(version);
  for (const { Key = '', VersionId = '', IsLatest } of page.DeleteMarkers ?? []) {
    const history = historyIn(open, Key);
    history.removals.push(VersionId);
    if (IsLatest === true) open.set(Key, { ...history, removed: true });
  }
}

function historyIn(open: Map<string, History>, key: string): History {
  const history = open.get(key) ?? { key, versions: [], removals: [], removed: false };
  open.set(key, history);
  return history;
}
