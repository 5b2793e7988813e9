import { codeOf } from '../base/error.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { MetadataCache } from './cache/metadata-cache.ts';
import { TreePacks } from './cache/tree-packs.ts';
import type { Sealer } from './format/seal.ts';
import type { BlobIndex } from './index/blob-index.ts';
import { PackReader } from './pack/pack-reader.ts';
import { readBlob } from './pack/read-blob.ts';
import type { BlobLocation, BlobType, Id } from './repository.ts';
import { blobMissing } from './repository-faults.ts';

export interface BlobReadsOptions {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
  readonly cache: MetadataCache | undefined;
  /** As it is now. */
  readonly index: () => BlobIndex;
}

/** Reads blobs that the index lists: each from the first of its places where it is sound. */
export class BlobReads {
  readonly #options: BlobReadsOptions;
  readonly #readers: Readonly<Record<BlobType, PackReader>>;
  /** For stores where each read is a request. */
  readonly #treePacks: TreePacks | undefined;

  constructor(options: BlobReadsOptions) {
    const { store, cache, index } = options;
    this.#options = options;
    this.#readers = { data: new PackReader(store), tree: new PackReader(store) };
    const lengthOf = (pack: Id): number => index().lengthOf(pack);
    this.#treePacks = store.facts.folder === undefined ? new TreePacks({ store, cache, lengthOf }) : undefined;
  }

  /** What reads nothing from a cache, and nothing that was read before. */
  fromStore(): BlobReads {
    return new BlobReads({ ...this.#options, cache: undefined });
  }

  /** These folders will be loaded soon. */
  expect(trees: readonly Id[]): void {
    const packs = this.#treePacks;
    if (packs === undefined) return;
    for (const id of trees) for (const { pack } of this.#options.index().locations('tree', id)) packs.expect(pack);
  }

  /** Throws `blob-missing` or `blob-damaged`. */
  async load(type: BlobType, id: Id): Promise<Buffer> {
    let reason: unknown;
    for (const location of this.#options.index().locations(type, id)) {
      try {
        return await this.#read(location);
      } catch (error) {
        if (codeOf(error) !== 'blob-damaged' && codeOf(error) !== 'object-missing') throw error;
        reason ??= error;
      }
    }
    throw codeOf(reason) === 'blob-damaged' ? reason : blobMissing(type, id, reason);
  }

  /** A pack of folders that is damaged in the cache, or was on its way here, is fetched again. */
  async #read(location: BlobLocation): Promise<Buffer> {
    const { sealer } = this.#options;
    const packs = location.type === 'tree' ? this.#treePacks : undefined;
    if (packs === undefined) return await readBlob(this.#readers[location.type], sealer, location);
    try {
      return await readBlob(packs, sealer, location);
    } catch (error) {
      if (codeOf(error) !== 'blob-damaged') throw error;
      await packs.drop(location.pack);
      return await readBlob(packs, sealer, location);
    }
  }
}
