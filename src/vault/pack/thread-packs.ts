import { createHash, hash } from 'node:crypto';
import { blobsPerIndex } from '../format/index-file.ts';
import type { Compressor } from '../format/compressor.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { encodePackHeader } from '../format/pack-header.ts';
import type { Sealer } from '../format/seal.ts';
import type { ClaimedIds } from '../index/claimed-ids.ts';
import type { IndexView } from '../index/index-view.ts';
import { viewHas } from '../index/index-view.ts';
import type { Id } from '../id.ts';
import { BlobSealer } from './blob-sealer.ts';
import { packSize } from './pack-size.ts';
import type { PieceMemory } from './pieces.ts';
import { markFull, nextPiece, pieceAt, pieceLength, waitForPiece } from './pieces.ts';

/** What a thread tells the one that writes its packs, in this order: the pieces of a pack, then what the pack is. */
export type PackMessage =
  | { readonly kind: 'piece'; readonly number: number; readonly length: number }
  | {
      readonly kind: 'pack';
      readonly id: Id;
      /** Of the blobs alone. */
      readonly size: number;
      /** Header of the pack, in clear. */
      readonly header: Uint8Array;
    };

export interface ThreadPacksOptions {
  readonly sealer: Sealer;
  readonly compressor: Compressor | undefined;
  readonly index: IndexView;
  readonly claimed: ClaimedIds;
  readonly memory: PieceMemory;
  readonly tell: (message: PackMessage) => void;
}

/** Stores data in packs of its own, from a thread that may block. */
export class ThreadPacks {
  readonly #options: ThreadPacksOptions;
  readonly #blobSealer: BlobSealer;
  #blobs: PackedBlob[] = [];
  #size = 0;
  #hash = createHash('sha256');
  #number = 0;
  #piece: Buffer;
  #filled = 0;

  constructor(options: ThreadPacksOptions) {
    this.#options = options;
    this.#blobSealer = new BlobSealer(options.sealer);
    this.#piece = pieceAt(options.memory, 0);
  }

  /** As `save` of a repository: `stored` is 0 when the blob is known. */
  save(plain: Uint8Array): { readonly id: Id; readonly stored: number } {
    const { index, claimed, compressor } = this.#options;
    const id = hash('sha256', plain);
    if (viewHas(index, 'data', id) || !claimed.claim(id)) return { id, stored: 0 };
    const { sealed, uncompressedLength } = this.#blobSealer.seal(plain, compressor);
    this.#blobs.push({ type: 'data', id, offset: this.#size, length: sealed.length, uncompressedLength });
    this.#size += sealed.length;
    this.#append(sealed);
    if (this.#size >= packSize || this.#blobs.length >= blobsPerIndex) this.end();
    return { id, stored: sealed.length };
  }

  /** Hands over the last pack. */
  end(): void {
    if (this.#blobs.length === 0) return;
    const header = encodePackHeader(this.#blobs);
    const sealed = this.#options.sealer.seal(header);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(sealed.length);
    this.#append(sealed);
    this.#append(length);
    this.#handOver();
    this.#options.tell({ kind: 'pack', id: this.#hash.digest('hex'), size: this.#size, header });
    this.#blobs = [];
    this.#size = 0;
    this.#hash = createHash('sha256');
  }

  #append(bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      if (this.#filled === 0) waitForPiece(this.#options.memory, this.#number);
      const copied = bytes.copy(this.#piece, this.#filled, from);
      from += copied;
      this.#filled += copied;
      if (this.#filled === pieceLength) this.#handOver();
    }
  }

  #handOver(): void {
    if (this.#filled === 0) return;
    const { memory, tell } = this.#options;
    this.#hash.update(this.#piece.subarray(0, this.#filled));
    markFull(memory, this.#number);
    tell({ kind: 'piece', number: this.#number, length: this.#filled });
    this.#number = nextPiece(this.#number);
    this.#piece = pieceAt(memory, this.#number);
    this.#filled = 0;
  }
}
