import type { PackedBlob } from '../format/pack-header.ts';

/** 32-bit words of an entry: 8 of the id, type (1: tree), offset, length, length before compression (0: it is not). */
export const tableWords = 12;
const [typeWord, offsetWord, lengthWord, plainWord] = [8, 9, 10, 11];

/** What the index lists for one pack, in a form that goes to another thread at no cost. */
export class BlobTable {
  readonly words: Uint32Array<ArrayBuffer>;

  constructor(words: Uint32Array<ArrayBuffer>) {
    this.words = words;
  }

  get count(): number {
    return this.words.length / tableWords;
  }

  /** True when these are exactly the blobs of the table, each once. */
  lists(blobs: readonly PackedBlob[]): boolean {
    if (blobs.length !== this.count) return false;
    const order = this.#byOffset();
    return blobs.every((blob, i) => this.#is(blob, order[i] ?? 0));
  }

  #byOffset(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    return order.sort((a, b) => this.#word(a, offsetWord) - this.#word(b, offsetWord));
  }

  #is(blob: PackedBlob, entry: number): boolean {
    const sameType = this.#word(entry, typeWord) === (blob.type === 'tree' ? 1 : 0);
    const samePlace = this.#word(entry, offsetWord) === blob.offset && this.#word(entry, lengthWord) === blob.length;
    const plain = this.#word(entry, plainWord);
    const samePlain = (plain === 0 ? undefined : plain) === blob.uncompressedLength;
    return sameType && samePlace && samePlain && this.#idOf(entry) === blob.id;
  }

  #idOf(entry: number): string {
    return Buffer.from(this.words.buffer, entry * tableWords * 4, 32).toString('hex');
  }

  #word(entry: number, word: number): number {
    return this.words[entry * tableWords + word] ?? 0;
  }
}
