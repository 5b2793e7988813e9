import pLimit from 'p-limit';
import type { ObjectStore } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import type { BlobLocation, Id } from '../repository.ts';
import type { MetadataCache } from './metadata-cache.ts';

export interface TreePacksOptions {
  readonly store: ObjectStore;
  /** Undefined: what is read must come from the store. */
  readonly cache: MetadataCache | undefined;
  /** Bytes of the blobs in a pack. */
  readonly lengthOf: (pack: Id) => number;
}

/** Packs that were fetched, in bytes of memory. */
const inMemory = 2 ** 26;
/** Larger packs come from another program, and are read in parts. */
const usualLength = 2 ** 25;

/** Reads folders from a store where each read is a request: whole packs, which are kept in memory and in the cache. */
export class TreePacks {
  readonly #options: TreePacksOptions;
  readonly #request: ReturnType<typeof pLimit>;
  /** From the store; the one that was used last is the last. */
  readonly #packs = new Map<Id, Promise<Buffer>>();

  constructor(options: TreePacksOptions) {
    this.#options = options;
    this.#request = pLimit(options.store.facts.concurrency);
  }

  /** The stored bytes of a blob; fewer when the pack ends before. */
  async read(blob: BlobLocation): Promise<Buffer> {
    const { pack, offset, length } = blob;
    if (!this.#packs.has(pack)) {
      const cached = await this.#options.cache?.get('packs', pack, { offset, length });
      if (cached !== undefined) return cached;
    }
    if (this.#options.lengthOf(pack) > usualLength)
      return await this.#options.store.get(objectName('data', pack), blob);
    return (await this.#packOf(pack)).subarray(offset, offset + length);
  }

  /** Fetches a pack that will soon be asked for, if there is room. */
  expect(pack: Id): void {
    const { cache, lengthOf } = this.#options;
    if (this.#packs.has(pack) || cache?.has('packs', pack) === true) return;
    if (lengthOf(pack) <= usualLength && this.#bytes() + lengthOf(pack) <= inMemory) void this.#fetch(pack);
  }

  /** What is known of a pack is not what it should be. */
  async drop(pack: Id): Promise<void> {
    this.#packs.delete(pack);
    await this.#options.cache?.drop('packs', pack);
  }

  async #packOf(pack: Id): Promise<Buffer> {
    const known = this.#packs.get(pack);
    if (known === undefined) return await this.#fetch(pack);
    this.#packs.delete(pack);
    this.#packs.set(pack, known);
    return await known;
  }

  #fetch(pack: Id): Promise<Buffer> {
    const { store, cache, lengthOf } = this.#options;
    for (const oldest of this.#packs.keys()) {
      if (this.#bytes() + lengthOf(pack) <= inMemory) break;
      this.#packs.delete(oldest);
    }
    const fetched = this.#request(async () => {
      const bytes = await store.get(objectName('data', pack));
      await cache?.put('packs', pack, bytes);
      return bytes;
    });
    // A failed request is no pack for the next who asks; it is thrown to whoever awaits it.
    fetched.catch(() => this.#packs.get(pack) === fetched && this.#packs.delete(pack));
    this.#packs.set(pack, fetched);
    return fetched;
  }

  #bytes(): number {
    let bytes = 0;
    for (const pack of this.#packs.keys()) bytes += this.#options.lengthOf(pack);
    return bytes;
  }
}

/** For packs of folders that are written: what goes to the store goes to the cache too. */
export function cachingWriter(store: ObjectStore, cache: MetadataCache): Pick<ObjectStore, 'writer'> {
  const writer: ObjectStore['writer'] = async (holds) => {
    const [stored, cached] = [await store.writer(holds), await cache.writer('packs')];
    return {
      write: async (piece) => void (await Promise.all([stored.write(piece), cached?.write(piece)])),
      commit: async (name) => {
        await stored.commit(name).catch(async (error: unknown) => {
          await cached?.abort();
          throw error;
        });
        await cached?.commit(name.slice(name.lastIndexOf('/') + 1));
      },
      abort: async () => void (await Promise.all([stored.abort(), cached?.abort()])),
    };
  };
  return { writer };
}
