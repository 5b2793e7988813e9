import { hash } from 'node:crypto';
import type { Decompressor } from '../format/decompressor.ts';
import { createDecompressor } from '../format/decompressor.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import type { Id } from '../repository.ts';

/** What is needed to know a blob by its stored bytes. */
export interface StoredBlob {
  readonly id: Id;
  readonly length: number;
  readonly uncompressedLength: number | undefined;
}

/** Longer ones come from no honest writer, or from one folder with a hundred thousand entries. */
const usualLength = 2 ** 24;

/** Opens one blob after the other in memory that is used again: what checks and restores whole packs does. */
export class BlobOpener {
  readonly #sealer: Sealer;
  readonly #decompressor: Decompressor = createDecompressor();
  #scratch = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /**
   * The content, valid until the next call; undefined when the bytes are not what the blob should be, or when it is of
   * unusual length: whoever wants to know more reads it by itself, with `openBlob`.
   */
  open(blob: StoredBlob, sealed: Buffer): Buffer | undefined {
    if (sealed.length !== blob.length || (blob.uncompressedLength ?? 0) > usualLength) return undefined;
    const opened = this.#sealer.open(sealed);
    if (opened === undefined) return undefined;
    const plain = this.#decompressed(opened, blob.uncompressedLength);
    return plain !== undefined && hash('sha256', plain) === blob.id ? plain : undefined;
  }

  #decompressed(opened: Buffer, length: number | undefined): Buffer | undefined {
    if (length === undefined) return opened;
    const target = this.#room(length + 1);
    const whole = this.#decompressor.decompressInto(target, opened, length);
    release(opened);
    return whole ? target.subarray(0, length) : undefined;
  }

  #room(length: number): Buffer {
    if (this.#scratch.length < length) {
      release(this.#scratch);
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
    }
    return this.#scratch;
  }
}
