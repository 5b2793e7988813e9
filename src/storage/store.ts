import type { Instant, Milliseconds } from '../base/clock.ts';

/**
 * An object store: flat names with `/`, whole objects, written once. A name is parts joined by `/`; a part is letters,
 * digits and `._=+@-`, and starts with a letter or digit. Others are refused (`bad-object-name`).
 *
 * Faults are `MusterError`s: `storage-full`, `storage-read-only`, `storage-refused` (rights, credentials), `storage-missing`
 * (no such bucket, folder, container), `storage-unreachable` (network, name, timeout), `storage-failed` (anything else),
 * `object-missing`, `object-locked`, `object-archived`, `bad-object-name`. `retryable` says whether another try may help.
 */
export interface ObjectStore {
  readonly facts: StoreFacts;
  /** For messages: `local /backup/primary`, `s3 bucket/prefix at host`; never holds a secret. */
  readonly description: string;
  /** Durable when it resolves, and then whole: a reader never sees a part. Replaces an object of the same name. */
  put(name: string, bytes: Uint8Array, holds?: Holds): Promise<void>;
  /** As `put`, but leaves an object that is there as it is, and says false: of two at once, one wins. */
  putNew(name: string, bytes: Uint8Array): Promise<boolean>;
  /** As `put`, from pieces, without holding the whole; `name` is known only at the end (names are hashes of content). */
  writer(holds?: Holds): Promise<ObjectWriter>;
  /** Throws `MusterError` `object-missing` when there is none. A range beyond the end yields the bytes that are there. */
  get(name: string, range?: ByteRange): Promise<Buffer>;
  /** Size in bytes; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Every object below a prefix such as `data/`, in no order; temporary ones are left out. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** No error when it is gone already. Throws `object-locked` for one that is immutable still. */
  remove(name: string): Promise<void>;
  /**
   * Makes the place itself, and what stands for these prefixes in it (`data/00/`), where that means something. Only
   * this creates the place: a disk that isn't mounted must not be written to.
   */
  prepare?(prefixes: readonly string[]): Promise<void>;
  /** Takes away what stands for a prefix and holds no object, where that means something: empty folders. */
  tidy?(prefix: string): Promise<void>;
  /** Present where `facts.immutable` is. */
  readonly locks?: ObjectLocks | undefined;
  /** Present where objects may be in a class that must be asked for before it can be read. */
  readonly archive?: ObjectArchive | undefined;
  /** Present where the store keeps what was removed or replaced. */
  readonly versions?: ObjectVersions | undefined;
  /** Present where it can be tried out what somebody who holds the credentials could destroy. */
  readonly tamper?: ObjectTamper | undefined;
  /** Ends connections; the store must not be used afterwards. */
  close?(): Promise<void>;
}

/**
 * What an object below `data/` holds, for stores that keep some where they can't be read at once: `folders` must be where they
 * can, for they say what else is needed. Default: `content`.
 */
export type Holds = 'content' | 'folders';

export interface StoreFacts {
  readonly type: 'local' | 's3' | 'sftp' | 'rest' | 'azure' | 'gcs';
  /** A folder that synchronous code in this process can read, when there is one. */
  readonly folder: string | undefined;
  /** How many requests at once are worth while: 1 for a disk, more where each waits for a network. */
  readonly concurrency: number;
  /** False: `putNew` looks first and then writes, so that two at once may both win. */
  readonly conditionalWrites: boolean;
  /** True: objects can't be removed or replaced through this store, but for `locks/`. */
  readonly appendOnly: boolean;
  /** True: a writer sends each piece as it comes; else it sends all of them when it commits. */
  readonly streams?: boolean;
  /** True: a writer keeps its pieces in this process until `commit`, which may be called again after a fault that may pass. */
  readonly gathers?: boolean;
  /**
   * `content`: only restic's names (`data/ab/ab…`, `locks/…`) are kept, and each must be the SHA-256 of its content.
   * Undefined: any name that is well formed.
   */
  readonly names?: 'content';
  /** Every object that is written is locked for so long (`lockSpan`: a little longer), and the lock read back. */
  readonly immutable: { readonly mode: 'governance' | 'compliance'; readonly for: Milliseconds } | undefined;
}

export interface ObjectInfo {
  readonly name: string;
  readonly size: number;
  /** When it was written, by the clock of the store; undefined where the store doesn't tell. */
  readonly modifiedAt: Instant | undefined;
  /** True when it must be thawed before it can be read. */
  readonly archived?: boolean;
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

/** Locks of objects against removal and replacement, kept by the store itself. */
export interface ObjectLocks {
  /** Undefined: it is not locked. */
  lockedUntil(name: string): Promise<Instant | undefined>;
  /** Never shortens; read back from the store. */
  extend(name: string, until: Instant): Promise<void>;
  /** What is remembered of it, without a request; it may have changed since. Undefined: nothing, or nobody remembers. */
  known?(name: string): Instant | undefined;
}

/** Objects that are kept where they can't be read at once. */
export interface ObjectArchive {
  /** Asks for it; asking twice does no harm. `ready`: it can be read now. */
  thaw(name: string): Promise<'ready' | 'waiting'>;
}

/** What a store keeps of objects that were removed or replaced by somebody. */
export interface ObjectVersions {
  /** Objects whose newest version is a removal, or not the first one that was written. */
  changed(prefix: string): AsyncIterable<{ readonly name: string; readonly change: 'removed' | 'replaced' }>;
  /** Makes the first version that was written the one that is read. */
  restore(name: string): Promise<void>;
  /** The first version that was written. Throws `object-missing`. */
  first(name: string): Promise<Buffer>;
  /** Nothing of this name is read any more, but for `first`; also where it is locked. For what others have planted. */
  hide(name: string): Promise<void>;
}

/** What a thief of the credentials would do, by the raw means of the kind of store. Only ever used on objects made for it. */
export interface ObjectTamper {
  attempt(kind: TamperKind, name: string): Promise<TamperResult>;
}

/**
 * `remove`, `overwrite`: as any program would. `destroy`: with all that it takes to leave nothing, such as every version.
 * `shorten-lock`, `lift-lock`: so that it can be destroyed later. `back-date`: so that it looks older than it is.
 */
export type TamperKind = 'remove' | 'overwrite' | 'destroy' | 'shorten-lock' | 'lift-lock' | 'back-date';

export interface TamperResult {
  /**
   * `refused`: the store said no, or did not do it, and the object was read back as it was. `hidden`: what is read now is
   * changed or gone, and what was written was read back from an older version. `done`: it is lost, or open to it.
   * `not-applicable`: there is nothing to attempt. `unknown`: neither a refusal nor a success was seen.
   */
  readonly outcome: 'refused' | 'hidden' | 'done' | 'not-applicable' | 'unknown';
  /** What was attempted and what came back, for people. */
  readonly detail: string;
}
