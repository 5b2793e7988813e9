import { GetObjectLockConfigurationCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { MusterError } from '../../base/error.ts';
import type { S3StoreOptions } from './options.ts';
import type {
  ByteRange,
  Holds,
  ObjectArchive,
  ObjectInfo,
  ObjectLocks,
  ObjectStore,
  ObjectTamper,
  ObjectVersions,
  ObjectWriter,
  StoreFacts,
} from '../store.ts';
import { objectArchive } from './archive.ts';
import { defaultConnections } from './client.ts';
import { type Content, inMemory } from '../gathered/content.ts';
import { GatheringWriter } from '../gathered/writer.ts';
import { listObjects } from './listing.ts';
import { headOf, objectLocks } from './lock.ts';
import { NewPut } from './new-put.ts';
import { S3Place } from './place.ts';
import { readObject } from './read.ts';
import { removeObject } from './remove.ts';
import { objectTamper } from './tamper.ts';
import { upload } from './upload.ts';
import { objectVersions } from './versions.ts';

export class S3Store implements ObjectStore {
  readonly description: string;
  readonly archive: ObjectArchive;
  readonly versions: ObjectVersions;
  readonly locks: ObjectLocks | undefined;
  readonly tamper: ObjectTamper;
  readonly #place: S3Place;
  readonly #new: NewPut;
  readonly #concurrency: number;

  constructor(options: S3StoreOptions) {
    this.#place = new S3Place(options);
    this.#new = new NewPut(this.#place);
    this.#concurrency = options.connections ?? defaultConnections;
    this.description = this.#place.description;
    this.archive = objectArchive(this.#place);
    this.versions = objectVersions(this.#place);
    this.tamper = objectTamper(this.#place);
    this.locks = options.immutable && objectLocks(this.#place);
  }

  get facts(): StoreFacts {
    const { immutable } = this.#place;
    return {
      type: 's3',
      folder: undefined,
      concurrency: this.#concurrency,
      conditionalWrites: this.#new.conditional,
      appendOnly: false,
      gathers: true,
      immutable,
    };
  }

  async prepare(): Promise<void> {
    const place = this.#place;
    const bucket = { Bucket: place.bucket };
    await place.ask('look at', 'the bucket', (client) => client.send(new HeadBucketCommand(bucket)));
    if (place.immutable) await checkLocking(place);
  }

  async put(name: string, bytes: Uint8Array, holds?: Holds): Promise<void> {
    await upload(this.#place, { name, content: inMemory([bytes]), holds, where: 'anywhere' });
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    return await this.#new.put(name, bytes);
  }

  writer(holds?: Holds): Promise<ObjectWriter> {
    const place = this.#place;
    const send = (name: string, content: Content): Promise<unknown> =>
      upload(place, { name, content, holds, where: 'anywhere' });
    return Promise.resolve(new GatheringWriter(send));
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    return await readObject(this.#place, { name }, range);
  }

  async size(name: string): Promise<number | undefined> {
    return (await headOf(this.#place, { name }))?.ContentLength;
  }

  list(prefix: string): AsyncGenerator<ObjectInfo> {
    return listObjects(this.#place, prefix);
  }

  async remove(name: string): Promise<void> {
    await removeObject(this.#place, name);
  }

  close(): Promise<void> {
    this.#place.client.destroy();
    return Promise.resolve();
  }
}

/** Locks can be had only in a bucket that was made for them. */
async function checkLocking(place: S3Place): Promise<void> {
  const answer = await place.ask('look at', 'Object Lock of the bucket', (client) =>
    client.send(new GetObjectLockConfigurationCommand({ Bucket: place.bucket })),
  );
  if (answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return;
  throw new MusterError(`${place.description} locks no objects`, {
    code: 'storage-refused',
    hint: 'Make a new bucket with Object Lock enabled, or leave out `immutable`.',
  });
}
