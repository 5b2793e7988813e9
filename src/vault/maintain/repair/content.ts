import type { IndexedPack } from '../../format/index-file.ts';
import type { Sealer } from '../../format/seal.ts';
import { BlobIndex } from '../../index/blob-index.ts';
import { PackReader } from '../../pack/pack-reader.ts';
import { readBlob } from '../../pack/read-blob.ts';
import type { BlobType, Id, Repository } from '../../repository.ts';
import { isDamage } from '../../tree/load.ts';
import { damage } from '../../format/damage.ts';
import { BlobCounts } from '../blob-counts.ts';

/** What can be read of the blobs that snapshots need. */
export interface Content {
  has(type: BlobType, id: Id): boolean;
  load(type: BlobType, id: Id): Promise<Buffer>;
}

/** The blobs of these packs, each of which is known to be good. */
export function goodContent(
  { store, sealer }: Pick<Repository, 'store'> & { readonly sealer: Sealer },
  packs: Iterable<IndexedPack>,
): Content {
  const index = new BlobIndex();
  for (const pack of packs) index.add(pack);
  const reader = new PackReader(store);
  return {
    has: (type, id) => index.has(type, id),
    load: async (type, id) => {
      const [location] = index.locations(type, id);
      if (location === undefined) throw damage('blob-damaged', `${type} blob ${id}`, 'no pack holds it');
      return await readBlob(reader, sealer, location);
    },
  };
}

/** What is there, and what others hold of the rest; it notes what has to come from them. */
export class DonatedContent implements Content {
  /** Blobs that are asked for, are not here, and that another has. */
  readonly donated = new BlobCounts();
  readonly #own: Content;
  readonly #donors: readonly Content[];
  /** Blobs that others list and can't give. */
  readonly #refused = new BlobCounts();

  constructor(own: Content, donors: readonly Content[]) {
    this.#own = own;
    this.#donors = donors;
  }

  has(type: BlobType, id: Id): boolean {
    if (this.#own.has(type, id)) return true;
    if (this.#refused.has(type, id) || !this.#donors.some((donor) => donor.has(type, id))) return false;
    this.donated.add(type, id);
    return true;
  }

  async load(type: BlobType, id: Id): Promise<Buffer> {
    if (this.#own.has(type, id)) return await this.#own.load(type, id);
    if (!this.has(type, id)) throw damage('blob-damaged', `${type} blob ${id}`, 'no pack holds it');
    return await this.fromDonor(type, id);
  }

  /** Throws when none can give it; it is not counted on any more then. */
  async fromDonor(type: BlobType, id: Id): Promise<Buffer> {
    let reason: unknown;
    for (const donor of this.#donors.filter((each) => each.has(type, id))) {
      try {
        return await donor.load(type, id);
      } catch (error) {
        if (!isDamage(error)) throw error;
        reason = error;
      }
    }
    this.#refused.add(type, id);
    this.donated.delete(type, id);
    throw reason;
  }
}
