import { hash } from 'node:crypto';
import type { Decompressor } from '../format/decompressor.ts';
import { createDecompressor } from '../format/decompressor.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import { SmallUnits, smallUnitLength } from '../format/small-units.ts';
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
      const together = blobs.slice(first, first + Math.max(1, this.#small.fitting(blobs, first)));
      const [only] = together;
      if (only !== undefined && only.length > smallUnitLength) yield this.#openLarge(only, sealedIn(part, only));
      else yield* this.#openSmall(together, part);
      first += together.length;
    }
  }

  *#openSmall(blobs: readonly PlacedBlob[], part: PackPart): Generator<Buffer | undefined, void> {
    const sealed = blobs.map((blob) => sealedIn(part, blob));
    for (const [i, opened] of this.#small.open(sealed).entries()) {
      const blob = blobs[i];
      const whole = blob !== undefined && sealed[i]?.length === blob.length ? opened : undefined;
      yield whole && blob && this.#contentOf(blob, whole);
    }
  }

  #openLarge(blob: StoredBlob, sealed: Buffer): Buffer | undefined {
    const opened = sealed.length === blob.length ? this.#sealer.open(sealed) : undefined;
    const content = opened && this.#contentOf(blob, opened);
    if (opened !== undefined && content !== opened) release(opened);
    return content;
  }

  #contentOf(blob: StoredBlob, opened: Buffer): Buffer | undefined {
    if ((blob.uncompressedLength ?? 0) > usualLength) return undefined;
    const plain = this.#decompressed(opened, blob.uncompressedLength);
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
