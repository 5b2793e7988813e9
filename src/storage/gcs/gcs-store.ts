import { inMemory } from '../gathered/content.ts';
import { GatheringWriter } from '../gathered/writer.ts';
import type { GcsStoreOptions } from './options.ts';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectTamper, ObjectWriter, StoreFacts } from '../store.ts';
import { defaultConnections } from './client.ts';
import { listObjects, listPage } from './listing.ts';
import { GcsPlace, noneIfMissing } from './place.ts';
import { objectOf, readObject } from './read.ts';
import { objectTamper } from './tamper.ts';
import { upload } from './upload.ts';

export function openBucket(options: GcsStoreOptions): ObjectStore {
  return new GcsStore(options);
}

class GcsStore implements ObjectStore {
  readonly facts: StoreFacts;
  readonly description: string;
  readonly tamper: ObjectTamper;
  readonly #place: GcsPlace;

  constructor(options: GcsStoreOptions) {
    this.#place = new GcsPlace(options);
    this.description = this.#place.description;
    this.tamper = objectTamper(this.#place);
    this.facts = {
      type: 'gcs',
      folder: undefined,
      concurrency: options.connections ?? defaultConnections,
      conditionalWrites: true,
      gathers: true,
      appendOnly: false,
      immutable: undefined,
    };
  }

  /** By a listing, which needs no right over the bucket itself. */
  async prepare(): Promise<void> {
    await this.#place.ask('look at', 'the bucket', () =>
      listPage(this.#place, { prefix: this.#place.keyPrefixOf(''), atMost: 1 }),
    );
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await upload(this.#place, { name, content: inMemory([bytes]), where: 'anywhere' });
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    return (await upload(this.#place, { name, content: inMemory([bytes]), where: 'new' })) === 'stored';
  }

  writer(): Promise<ObjectWriter> {
    const place = this.#place;
    return Promise.resolve(new GatheringWriter((name, content) => upload(place, { name, content, where: 'anywhere' })));
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    return await readObject(this.#place, { name, range });
  }

  async size(name: string): Promise<number | undefined> {
    const object = await objectOf(this.#place, name);
    return object && Number(object.size);
  }

  list(prefix: string): AsyncGenerator<ObjectInfo> {
    return listObjects(this.#place, prefix);
  }

  async remove(name: string): Promise<void> {
    const path = this.#place.objectPath(name);
    await this.#place.askOr('remove', name, {
      request: () => this.#place.client.done({ method: 'DELETE', path }, 204),
      expected: noneIfMissing,
    });
  }

  close(): Promise<void> {
    this.#place.client.close();
    return Promise.resolve();
  }
}
