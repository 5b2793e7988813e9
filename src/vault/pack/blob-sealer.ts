import type { Compressor } from '../format/compressor.ts';
import { compressedBound } from '../format/compressor.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import { sealOverhead } from '../format/seal.ts';

/** A blob as it stands in a pack. */
export interface SealedBlob {
  readonly sealed: Buffer;
  /** Undefined: it is not compressed. */
  readonly uncompressedLength: number | undefined;
}

/** Where the compressed bytes are put, so that they can be encrypted in place. */
const ivLength = 16;

/** Compresses and seals blobs in memory that is used again and again. */
export class BlobSealer {
  readonly #sealer: Sealer;
  #scratch = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The result is valid until the next call. Zero bytes can't be marked as compressed. */
  seal(plain: Uint8Array, compressor: Compressor | undefined): SealedBlob {
    if (plain.length === 0 || compressor === undefined) {
      const room = this.#room(plain.length + sealOverhead);
      return { sealed: this.#sealer.sealInto(room, plain), uncompressedLength: undefined };
    }
    const room = this.#room(compressedBound(plain.length) + sealOverhead);
    const length = compressor.compressInto(room, ivLength, plain);
    const sealed = this.#sealer.sealInto(room, room.subarray(ivLength, ivLength + length));
    return { sealed, uncompressedLength: plain.length };
  }

  #room(length: number): Buffer {
    if (this.#scratch.length < length) {
      release(this.#scratch);
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
    }
    return this.#scratch;
  }
}
