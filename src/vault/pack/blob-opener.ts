import { hash } from 'node:crypto';
import type { Decompressor } from '../format/decompressor.ts';
import { createDecompressor } from '../format/decompressor.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import { SmallUnits } from '../format/small-units.ts';
import type { Id } from '../repository.ts';

/** What is needed to know a blob by its stored bytes. */
export interface StoredBlob {
  readonly id: Id;
  readonly length: number;
  readonly uncompressedLength: number | undefined;
}

export interface PlacedBlob extends StoredBlob {
  /** In the pack. */
  readonly offset: number;
}

export interface PackPart {
  /** Of its first byte in the pack. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Longer ones come from no honest writer, or from one folder with a hundred thousand entries. */
const usualLength = 2 ** 24;

/** Opens one blob after the other in memory that is used again: what checks and restores whole packs does. */
export class BlobOpener {
  readonly #sealer: Sealer;
  readonly #small: SmallUnits;
  readonly #decompressor: Decompressor = createDecompressor();
  #scratch = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
    this.#small = new SmallUnits(sealer.key);
  }

  /**
   * The content of each blob of a part of a pack, valid until the next; undefined when the bytes are not what the blob
   * should be, or when it is of unusual length: whoever wants to know more reads it by itself, with `openBlob`.
   */
  *contents(blobs: readonly PlacedBlob[], part: PackPart): Generator<Buffer | undefined, void> {
    for (let first = 0; first < blobs.length;) {
      const count = this.#small.fitting(blobs, first);
      const together = blobs.slice(first, first + Math.max(count, 1));
      const sealed = together.map((blob) => sealedIn(part, blob));
      const opened = count > 0 ? this.#small.open(sealed) : sealed.map((bytes) => this.#sealer.open(bytes));
      for (const [i, blob] of together.entries()) yield this.#contentOf(blob, sealed[i], opened[i]);
      // Small ones are in memory that is used again.
      if (count === 0) for (const bytes of opened) if (bytes !== undefined) release(bytes);
      first += together.length;
    }
  }

  #contentOf(blob: StoredBlob, sealed: Buffer | undefined, opened: Buffer | undefined): Buffer | undefined {
    if (sealed?.length !== blob.length || (blob.uncompressedLength ?? 0) > usualLength) return undefined;
    const plain = opened && this.#decompressed(opened, blob.uncompressedLength);
    return plain !== undefined && hash('sha256', plain) === blob.id ? plain : undefined;
  }

  #decompressed(opened: Buffer, length: number | undefined): Buffer | undefined {
    if (length === undefined) return opened;
    const target = this.#room(length + 1);
    return this.#decompressor.decompressInto(target, opened, length) ? target.subarray(0, length) : undefined;
  }

  #room(length: number): Buffer {
    if (this.#scratch.length < length) {
      release(this.#scratch);
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
    }
    return this.#scratch;
  }
}

function sealedIn({ offset, bytes }: PackPart, blob: PlacedBlob): Buffer {
  const from = blob.offset - offset;
  return bytes.subarray(from, from + blob.length);
}
