import { rabinBinary } from './rabin-binary.ts';
import { rabinTables } from './tables.ts';

/** No chunk is shorter, except the last of a stream. */
export const minimumChunk = 2 ** 19;
/** No chunk is longer. */
export const maximumChunk = 2 ** 23;
/** The most that `feed` takes at once. */
export const feedLimit = 2 ** 18;

/** Where the tables and the data lie in the memory of rabin.wat. */
const modTable = 2048;
const data = 4096;

interface RabinModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Address behind the last byte of a chunk in the data from the first address up to the second, or 0. */
  find(from: number, to: number): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Cuts one stream at restic's borders: after the first byte, past the minimum, at which the fingerprint of the last 64
 * bytes ends in 20 zero bits; at the maximum at the latest. Holds one chunk and one piece: 8.3 MiB at most.
 */
export class Chunker {
  readonly #module: RabinModule;
  readonly #bytes: Uint8Array;
  /** Bytes held, and how many of them were looked at without finding an end. */
  #filled = 0;
  #scanned = 0;

  constructor(polynomial: bigint) {
    compiled ??= new WebAssembly.Module(Buffer.from(rabinBinary, 'base64'));
    // The exports are those of rabin.wat, which is part of this program.
    this.#module = new WebAssembly.Instance(compiled).exports as unknown as RabinModule;
    const { buffer } = this.#module.memory;
    const tables = rabinTables(polynomial);
    new BigUint64Array(buffer, 0, 256).set(tables.out);
    new BigUint64Array(buffer, modTable, 256).set(tables.mod);
    this.#bytes = new Uint8Array(buffer, data, maximumChunk + feedLimit);
  }

  /** Takes the next bytes of the stream, at most `feedLimit`; only after `next` has found no more. */
  feed(piece: Uint8Array): void {
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** Where the next bytes of the stream may be put instead, `feedLimit` of them; `fed` says how many there are. */
  room(): Uint8Array {
    return this.#bytes.subarray(this.#filled, this.#filled + feedLimit);
  }

  /** Memory for a chunk of any length, while the chunker holds nothing. */
  wholeRoom(): Uint8Array {
    return this.#bytes.subarray(0, maximumChunk);
  }

  fed(length: number): void {
    this.#filled += length;
  }

  /** Forgets all that was fed: the next byte begins a chunk. */
  clear(): void {
    this.#filled = 0;
    this.#scanned = 0;
  }

  /** The next chunk that is whole; its bytes are valid until `drop`, which must come first thing then. */
  next(): Uint8Array | undefined {
    const end = this.#findEnd();
    return end === 0 ? undefined : this.#bytes.subarray(0, end);
  }

  /** What is left when the stream has ended; undefined when that is nothing. */
  rest(): Uint8Array | undefined {
    return this.#filled === 0 ? undefined : this.#bytes.subarray(0, this.#filled);
  }

  /** Forgets a chunk that `next` or `rest` returned. */
  drop(chunk: Uint8Array): void {
    this.#bytes.copyWithin(0, chunk.length, this.#filled);
    this.#filled -= chunk.length;
    this.#scanned = 0;
  }

  #findEnd(): number {
    const from = Math.max(this.#scanned, minimumChunk - 1);
    const to = Math.min(this.#filled, maximumChunk);
    if (from >= to) return 0;
    const found = this.#module.find(data + from, data + to);
    this.#scanned = to;
    if (found !== 0) return found - data;
    return to === maximumChunk ? maximumChunk : 0;
  }
}
