import type { AzureStoreOptions } from './options.ts';
import { inMemory } from '../gathered/content.ts';
import { GatheringWriter } from '../gathered/writer.ts';
import type {
  ByteRange,
  ObjectArchive,
  ObjectInfo,
  ObjectStore,
  ObjectTamper,
  ObjectWriter,
  StoreFacts,
} from '../store.ts';
import { objectArchive } from './archive.ts';
import { type AzureClient, createClient, defaultConnections } from './client.ts';
import { listObjects } from './listing.ts';
import { AzurePlace } from './place.ts';
import { propertiesOf, readObject } from './read.ts';
import { objectTamper } from './tamper.ts';
import { upload } from './upload.ts';

export async function openContainer(options: AzureStoreOptions): Promise<ObjectStore> {
  return new AzureStore(options, await createClient(options));
}

class AzureStore implements ObjectStore {
  readonly facts: StoreFacts;
  readonly description: string;
  readonly archive: ObjectArchive;
  readonly tamper: ObjectTamper;
  readonly #place: AzurePlace;
  readonly #client: AzureClient;

  constructor(options: AzureStoreOptions, client: AzureClient) {
    this.#client = client;
    this.#place = new AzurePlace(options, client);
    this.description = this.#place.description;
    this.archive = objectArchive(this.#place);
    this.tamper = objectTamper(this.#place);
    this.facts = {
      type: 'azure',
      folder: undefined,
      concurrency: options.connections ?? defaultConnections,
      conditionalWrites: true,
      gathers: true,
      appendOnly: false,
      immutable: undefined,
    };
  }

  /** By a listing, which needs no right over the container itself. */
  async prepare(): Promise<void> {
    const pages = this.#place.container.listBlobsFlat().byPage({ maxPageSize: 1 });
    await this.#place.ask('look at', 'the container', () => pages.next());
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
    return await readObject(this.#place, name, range);
  }

  async size(name: string): Promise<number | undefined> {
    return (await propertiesOf(this.#place, name))?.contentLength;
  }

  list(prefix: string): AsyncGenerator<ObjectInfo> {
    return listObjects(this.#place, prefix);
  }

  async remove(name: string): Promise<void> {
    const blob = this.#place.blob(name);
    await this.#place.askOr('remove', name, {
      request: () => blob.delete(),
      expected: ({ name }) => (name === 'BlobNotFound' ? 'gone' : undefined),
    });
  }

  close(): Promise<void> {
    this.#client.agent.destroy();
    return Promise.resolve();
  }
}
