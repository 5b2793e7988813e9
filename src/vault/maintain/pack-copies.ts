import type { ObjectStore } from '../../storage/store.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { blobsPerIndex } from '../format/index-file.ts';
import type { Sealer } from '../format/seal.ts';
import { OpenPack } from '../pack/open-pack.ts';
import { packSize } from '../pack/pack-size.ts';
import type { BlobLocation, BlobType } from '../repository.ts';

/** New packs made of blobs as they are stored, without opening and sealing them again. Calls must not overlap. */
export class PackCopies {
  /** Those that are durable; no index lists them yet. */
  readonly packs: IndexedPack[] = [];
  readonly #store: ObjectStore;
  readonly #sealer: Sealer;
  readonly #open = new Map<BlobType, OpenPack>();

  constructor(store: ObjectStore, sealer: Sealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  async add({ type, id, uncompressedLength }: BlobLocation, sealed: Buffer): Promise<void> {
    const pack = this.#open.get(type) ?? (await OpenPack.open(this.#store, type));
    this.#open.set(type, pack);
    await pack.add({ type, id, uncompressedLength }, sealed);
    if (pack.size >= packSize || pack.blobs.length >= blobsPerIndex) await this.#end(type, pack);
  }

  /** Everything that was added is durable when it resolves. */
  async finish(): Promise<readonly IndexedPack[]> {
    for (const [type, pack] of this.#open) await this.#end(type, pack);
    return this.packs;
  }

  /** Drops what isn't finished. */
  async abort(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map((pack) => pack.abort()));
  }

  async #end(type: BlobType, pack: OpenPack): Promise<void> {
    await pack.end(this.#sealer);
    this.packs.push(await pack.commit());
    this.#open.delete(type);
  }
}
