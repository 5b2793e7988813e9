import type { Compression } from '../base/compression.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { Claims } from './index/claimed-ids.ts';
import type { IndexView } from './index/index-view.ts';
import type { IndexedPack } from './format/index-file.ts';
import type { PackReceiver } from './pack/pack-receiver.ts';
import type { MasterKey } from './format/master-key.ts';
import type { JsonObjects } from './format/objects.ts';
import type { Sealer } from './format/seal.ts';
import type { BlobType, Id } from './id.ts';

export type { BlobType, Id } from './id.ts';

/**
 * The blobs and small objects of a repository, below the level of snapshots and trees. Blobs are gathered into packs;
 * `flush` makes packs, then index, durable. Only one writer at a time may use one `Repository` value.
 */
export interface Repository {
  readonly store: ObjectStore;
  /** What threads of this process need to read packs by themselves, or what is given to them of packs. */
  readonly packAccess: PackAccess;
  /** Polynomial of the content-defined chunker, from `config`. */
  readonly polynomial: bigint;
  /** For maintenance, which goes around the index: the sealed objects, and what seals them. */
  readonly objects: JsonObjects;
  readonly sealer: Sealer;
  /** The key slot that opened it. */
  readonly keySlot: Id;
  /** True when the index, or this writer, holds it. */
  has(type: BlobType, id: Id): boolean;
  /** Stores it unless it is there. `stored`: bytes added, 0 when it was known. `bytes` may be reused afterwards. */
  save(type: BlobType, bytes: Uint8Array, options?: SaveOptions): Promise<SavedBlob>;
  /** As `save`, where there is nothing to wait for, as for most small blobs. Undefined: only `save` can. */
  saveAtOnce?(type: BlobType, bytes: Uint8Array, options?: SaveOptions): SavedBlob | undefined;
  /** As `save`, for what is sealed with the key of this repository already; the bytes stored. It must be known to be sound. */
  saveSealed(blob: SealedBlobToAdd, sealed: Buffer): Promise<number>;
  /** Stores a pack that another repository with the same key has, and has checked. `bytes` belong to the store then. */
  savePack(pack: IndexedPack, bytes: Uint8Array): Promise<void>;
  /** Absent where only `save` can store. `flush` makes durable what the receivers have taken. */
  shareWriting?(): SharedWriting;
  /** What threads need to read folders by themselves. Absent where only the main thread can. */
  shareReading?(): SharedReading | undefined;
  /**
   * Decrypted, decompressed, checked against its id. Throws `blob-missing` or `blob-damaged`. Folders may come from a local
   * cache.
   */
  load(type: BlobType, id: Id): Promise<Buffer>;
  /** These folders will be loaded soon. */
  expect?(trees: readonly Id[]): void;
  /** Loads from the store itself, as it is now: for checks. */
  storedTrees(): Pick<Repository, 'load' | 'expect'>;
  /** Where it lies; undefined when unknown. */
  locate(type: BlobType, id: Id): BlobLocation | undefined;
  /** True when the index lists it. */
  hasPack(id: Id): boolean;
  /** Bytes of its blobs that the index lists; 0 when it lists none. */
  packLength(id: Id): number;
  /** Packs of the index with their blobs. */
  packs(): Iterable<{ readonly id: Id; readonly blobs: readonly BlobLocation[] }>;
  /** Everything saved so far is durable and indexed when it resolves. */
  flush(): Promise<void>;
  /**
   * A sealed, compressed JSON object (`snapshots`, `locks`); returns its id. `json` is written byte for byte. A snapshot
   * is refused (`lock-lost`) when a lock that was taken here is gone.
   */
  saveJson(kind: 'snapshots' | 'locks', json: string): Promise<Id>;
  loadJson(kind: 'snapshots' | 'locks', id: Id): Promise<unknown>;
  listIds(kind: 'snapshots' | 'locks' | 'index' | 'data'): Promise<readonly Id[]>;
  remove(kind: 'snapshots' | 'locks', id: Id): Promise<void>;
  /** Reads a whole pack, checks its name against its bytes, and returns what is wrong, or undefined. */
  checkPack(id: Id): Promise<string | undefined>;
  /**
   * Reads these packs to the last byte, on all processors: each pack's name and header, and each of its blobs, which is
   * decrypted, decompressed and compared with its id. Returns the reports of those with a fault; `onPack` gets all.
   * Throws what the store throws when it can't be reached, and the reason of `signal`.
   */
  checkPacks(ids: Iterable<Id>, options?: CheckPacksOptions): Promise<readonly PackReport[]>;
  /** Reads config and key slots again; what is wrong with them. Throws what the store throws when it can't be reached. */
  checkAccess(): Promise<readonly string[]>;
  /** Reads every index file again, as whoever opens the repository next will. Throws as `checkAccess`. */
  checkIndex(): Promise<IndexReport>;
  /** Cuts a stream of pieces into chunks at restic's borders. A yielded chunk is valid until the next is asked for. */
  chunks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /**
   * Takes restic's shared or exclusive lock and keeps it fresh. Throws `vault-locked`. `lost` is aborted when it is gone.
   * Who writes holds one: after a fault of the store every `save` and `flush` throws it, until the last lock is released.
   * What was saved and not flushed is dropped then, so that the next operation can't rely on it.
   */
  lock(kind: 'shared' | 'exclusive'): Promise<RepositoryLock>;
  /** Takes over what others have changed in the index since it was read; `lock` does it too. False: nothing. */
  refresh(): Promise<boolean>;
  /** Drops what was not flushed, with its temporary files. Locks are released by whoever took them. */
  close(): Promise<void>;
}

/** What the index files in the store say now. */
export interface IndexReport {
  readonly files: number;
  readonly faults: readonly string[];
  /** How many blobs the readable files list for each pack. */
  readonly blobs: ReadonlyMap<Id, number>;
}

/** What `save` says. */
export interface SavedBlob {
  readonly id: Id;
  /** Bytes that it takes in its pack; 0: it was stored before. */
  readonly stored: number;
}

export interface PackAccess {
  /** The folder of the store; undefined: only the main thread can read it. */
  readonly folder: string | undefined;
  readonly key: MasterKey;
}

export interface SealedBlobToAdd {
  readonly type: BlobType;
  readonly id: Id;
  /** Undefined: it is not compressed. */
  readonly uncompressedLength: number | undefined;
}

export interface SaveOptions {
  /** Asked before a blob that is not known is stored: it may be that another thread has taken it on. */
  readonly claims?: Claims | undefined;
  /** Default: `default`. */
  readonly compression?: Compression | undefined;
}

/** What threads need to read blobs of a store that is a folder. */
export interface SharedReading {
  readonly key: MasterKey;
  readonly folder: string;
  readonly index: IndexView;
  /** Ids of the packs that the index speaks of. */
  readonly packs: Uint8Array;
}

/** What threads need to store data in packs of their own. */
export interface SharedWriting {
  readonly key: MasterKey;
  readonly polynomial: bigint;
  readonly index: IndexView;
  /** Writes the packs of one thread. */
  receiver(): PackReceiver;
}

export interface BlobLocation {
  readonly type: BlobType;
  readonly id: Id;
  readonly pack: Id;
  readonly offset: number;
  /** Stored bytes, sealed. */
  readonly length: number;
  /** Undefined: it is not compressed. */
  readonly uncompressedLength: number | undefined;
}

export interface RepositoryLock {
  readonly lost: AbortSignal;
  /** Throws `lock-lost` unless it is still there: asked before anything is removed. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** What the reading of a whole pack found. */
export interface PackReport {
  readonly id: Id;
  /** Stored bytes; undefined when the pack is missing. */
  readonly size: number | undefined;
  /** What is wrong with the pack as a whole: missing, its name, its header, what the index says of it. */
  readonly fault: string | undefined;
  /** Blobs that the index lists for it; each was decrypted, decompressed and compared with its id. */
  readonly blobs: number;
  /** Those of them that can't be had from this pack. */
  readonly damaged: readonly DamagedBlob[];
}

export interface DamagedBlob {
  readonly type: BlobType;
  readonly id: Id;
  readonly detail: string;
}

export interface CheckPacksOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once per pack, in the order in which they are done. */
  readonly onPack?: ((report: PackReport) => void) | undefined;
}
