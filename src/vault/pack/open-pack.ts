import { createHash } from 'node:crypto';
import type { Holds, ObjectStore, ObjectWriter } from '../../storage/store.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { objectName } from '../format/names.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { encodePackHeader } from '../format/pack-header.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobType } from '../repository.ts';

/** Written at a time: whole packs in memory cost more and are slower. */
const pieceLength = 2 ** 20;

/** Of a pack with blobs of this type. */
export function holdsOf(type: BlobType | undefined): Holds {
  return type === 'tree' ? 'folders' : 'content';
}

/** One pack that is being written, in pieces, with its name (the hash of them) computed on the way. */
export class OpenPack {
  readonly blobs: PackedBlob[] = [];
  /** Bytes of the blobs. */
  size = 0;
  readonly #writer: ObjectWriter;
  readonly #hash = createHash('sha256');
  /** One is filled while the other is written. */
  #piece = Buffer.allocUnsafeSlow(pieceLength);
  #spare = Buffer.allocUnsafeSlow(pieceLength);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  static async open(store: Pick<ObjectStore, 'writer'>, type: BlobType): Promise<OpenPack> {
    return new OpenPack(await store.writer(holdsOf(type)));
  }

  private constructor(writer: ObjectWriter) {
    this.#writer = writer;
  }

  async add(blob: Omit<PackedBlob, 'offset' | 'length'>, sealed: Buffer): Promise<void> {
    this.#note(blob, sealed.length);
    await this.#append(sealed);
  }

  /** Bytes that `addAtOnce` can take. */
  get room(): number {
    return pieceLength - this.#filled;
  }

  /** As `add`, of less than `room`. */
  addAtOnce(blob: Omit<PackedBlob, 'offset' | 'length'>, sealed: Buffer): void {
    this.#note(blob, sealed.length);
    this.#filled += sealed.copy(this.#piece, this.#filled);
  }

  #note({ type, id, uncompressedLength }: Omit<PackedBlob, 'offset' | 'length'>, length: number): void {
    this.blobs.push({ type, id, offset: this.size, length, uncompressedLength });
    this.size += length;
  }

  holds(type: BlobType): boolean {
    return this.blobs[0]?.type === type;
  }

  /** Writes the header. The pack is whole then, but has no name until `commit`. */
  async end(sealer: Sealer): Promise<void> {
    const header = sealer.seal(encodePackHeader(this.blobs));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    await this.#append(header);
    await this.#append(length);
    await this.#writePiece();
    await this.#writing;
    this.#release();
  }

  async commit(): Promise<IndexedPack> {
    const id = this.#hash.digest('hex');
    await this.#writer.commit(objectName('data', id));
    return { id, blobs: this.blobs };
  }

  async abort(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#release();
    await this.#writer.abort();
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const copied = bytes.copy(this.#piece, this.#filled, from);
      from += copied;
      this.#filled += copied;
      if (this.#filled === pieceLength) await this.#writePiece();
    }
  }

  async #writePiece(): Promise<void> {
    const piece = this.#piece.subarray(0, this.#filled);
    this.#hash.update(piece);
    await this.#writing;
    this.#writing = this.#writer.write(piece);
    // Whoever comes next awaits it; until then nobody does.
    this.#writing.catch(() => undefined);
    [this.#piece, this.#spare] = [this.#spare, this.#piece];
    this.#filled = 0;
  }

  #release(): void {
    release(this.#piece);
    release(this.#spare);
  }
}
