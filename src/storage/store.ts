import type { Instant } from '../base/clock.ts';

/**
 * An object store: flat names with `/`, whole objects, written once. A name is parts joined by `/`; a part is letters,
 * digits and `._=+@-`, and starts with a letter or digit. Others are refused (`bad-object-name`).
 */
export interface ObjectStore {
  readonly facts: StoreFacts;
  /** For messages: `local /backup/primary`; never holds a secret. */
  readonly description: string;
  /** Durable when it resolves, and then whole: a reader never sees a part. Replaces an object of the same name. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, but leaves an object that is there as it is, and says false: of two at once, one wins. */
  putNew(name: string, bytes: Uint8Array): Promise<boolean>;
  /** As `put`, from pieces, without holding the whole; `name` is known only at the end (names are hashes of content). */
  writer(): Promise<ObjectWriter>;
  /** Throws `MusterError` `object-missing` when there is none. A range beyond the end yields the bytes that are there. */
  get(name: string, range?: ByteRange): Promise<Buffer>;
  /** Size in bytes; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Every object below a prefix such as `data/`, in no order; temporary ones are left out. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** No error when it is gone already. */
  remove(name: string): Promise<void>;
  /**
   * Makes the place itself, and what stands for these prefixes in it (`data/00/`), where that means something. Only
   * this creates the place: a disk that isn't mounted must not be written to.
   */
  prepare?(prefixes: readonly string[]): Promise<void>;
}

export interface StoreFacts {
  readonly type: 'local';
  /** A folder that synchronous code in this process can read, when there is one. */
  readonly folder: string | undefined;
}

export interface ObjectInfo {
  readonly name: string;
  readonly size: number;
  /** When it was written, by the clock of the store. */
  readonly modifiedAt: Instant;
}

/** In bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface ObjectWriter {
  write(piece: Uint8Array): Promise<void>;
  commit(name: string): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}
