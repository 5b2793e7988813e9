import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openS3Store } from '../../../src/storage/s3.ts';
import type { S3StoreOptions } from '../../../src/storage/s3/options.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import type { Radosgw, S3User } from '../../servers/radosgw.ts';

/** A new bucket, and a client that is not muster's. */
export interface TestBucket {
  readonly name: string;
  readonly client: S3Client;
  /** The same with a clock that is off by so many milliseconds. */
  readonly clientAt: (offset: number) => S3Client;
  readonly options: S3StoreOptions;
  readonly open: (changes?: Partial<S3StoreOptions>) => Promise<ObjectStore>;
}

export async function makeBucket(server: Radosgw, kind: { readonly locks?: boolean } = {}): Promise<TestBucket> {
  const name = `muster-${randomUUID()}`;
  const client = clientOf(server.endpoint, server.users.main);
  await client.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: kind.locks }));
  const options = optionsFor(server, name);
  const clientAt = (offset: number): S3Client => clientOf(server.endpoint, server.users.main, offset);
  return { name, client, clientAt, options, open: (changes = {}) => openS3Store({ ...options, ...changes }) };
}

export function optionsFor(server: Radosgw, bucket: string): S3StoreOptions {
  return {
    bucket,
    prefix: '',
    endpoint: server.endpoint,
    region: undefined,
    pathStyle: true,
    ca: undefined,
    storageClass: undefined,
    thaw: { tier: 'standard', days: 7 },
    credentials: server.users.main,
  };
}

export function clientOf(endpoint: string, credentials: S3User, clockOffset = 0): S3Client {
  return new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    systemClockOffset: clockOffset,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}

/** Keys of uploads in parts that were neither completed nor given up. */
export async function unfinishedIn({ client, name }: TestBucket): Promise<readonly string[]> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
  return Uploads.map(({ Key = '' }) => Key);
}

/** As many entries as the bucket has versions and marks of one key. */
export async function historyIn({ client, name }: TestBucket, key: string): Promise<readonly string[]> {
  const answer = await client.send(new ListObjectVersionsCommand({ Bucket: name, Prefix: key }));
  return [...(answer.Versions ?? []).map(() => 'version'), ...(answer.DeleteMarkers ?? []).map(() => 'mark')];
}
