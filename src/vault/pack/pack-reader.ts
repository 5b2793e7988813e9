import type { ObjectStore } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import type { BlobLocation, Id } from '../repository.ts';

/** Read at once when blobs are asked for one after the other. */
const windowLength = 2 ** 20;

/** A gap that is cheaper to read than to skip. */
const smallGap = 2 ** 16;

interface Window {
  readonly pack: Id;
  readonly offset: number;
  readonly bytes: Promise<Buffer>;
}

/** Reads blobs as they are stored. Neighbours that are asked for in order come from one read. */
export class PackReader {
  readonly #store: ObjectStore;
  #window: Window | undefined;
  #last: Pick<BlobLocation, 'pack' | 'offset' | 'length'> | undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Fewer bytes when the pack ends before. */
  async read(blob: BlobLocation): Promise<Buffer> {
    const window = this.#windowWith(blob) ?? this.#nextWindow(blob);
    this.#last = blob;
    if (!window) return await this.#store.get(objectName('data', blob.pack), blob);
    const from = blob.offset - window.offset;
    return (await window.bytes).subarray(from, from + blob.length);
  }

  #windowWith(blob: BlobLocation): Window | undefined {
    const window = this.#window;
    if (!window || window.pack !== blob.pack || blob.offset < window.offset) return undefined;
    return blob.offset + blob.length <= window.offset + windowLength ? window : undefined;
  }

  #nextWindow(blob: BlobLocation): Window | undefined {
    const gap = this.#last?.pack === blob.pack ? blob.offset - this.#last.offset - this.#last.length : -1;
    if (gap < 0 || gap > smallGap || blob.length > windowLength / 2) return undefined;
    const range = { offset: blob.offset, length: windowLength };
    const window = { ...range, pack: blob.pack, bytes: this.#store.get(objectName('data', blob.pack), range) };
    // A failed read is no window for the next; it is thrown to whoever awaits it.
    window.bytes.catch(() => (this.#window = this.#window === window ? undefined : this.#window));
    this.#window = window;
    return window;
  }
}
