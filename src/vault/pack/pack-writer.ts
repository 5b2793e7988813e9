import type { ObjectStore, ObjectWriter } from '../../storage/store.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { blobsPerIndex } from '../format/index-file.ts';
import type { Compression } from '../../base/compression.ts';
import type { Compressor } from '../format/compressor.ts';
import { compressedBound, createCompressor } from '../format/compressor.ts';
import { objectName } from '../format/names.ts';
import type { Sealer } from '../format/seal.ts';
import { sealOverhead } from '../format/seal.ts';
import { zstdLevels } from '../format/zstd.ts';
import type { BlobType, Id, SealedBlobToAdd } from '../repository.ts';
import type { MetadataCache } from '../cache/metadata-cache.ts';
import { cachingWriter } from '../cache/tree-packs.ts';
import { BlobSealer } from './blob-sealer.ts';
import { holdsOf, OpenPack } from './open-pack.ts';
import { packSize } from './pack-size.ts';

/** Packs that may be on their way to the disk while the next are filled. */
const commitsToDisk = 4;
/** Over a network, where each of them is in memory. */
const commitsOverNetwork = 8;

export interface PackWriterOptions {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
  /** Gets packs of folders, too. */
  readonly cache?: MetadataCache | undefined;
  /** Called once a pack is durable. */
  readonly onPack: (pack: IndexedPack) => void;
}

/**
 * Gathers blobs into packs; data and trees never share one. Calls must not overlap. The first fault of the store is
 * thrown by every later call: what was saved since can't be trusted to be there.
 */
export class PackWriter {
  readonly #options: PackWriterOptions;
  readonly #open = new Map<BlobType, OpenPack>();
  readonly #commits = new Set<Promise<void>>();
  readonly #compressors = new Map<number, Compressor>();
  readonly #blobSealer: BlobSealer;
  readonly #commitsAtOnce: number;
  #fault: unknown;

  constructor(options: PackWriterOptions) {
    this.#options = options;
    const { folder, concurrency } = options.store.facts;
    this.#commitsAtOnce = folder === undefined ? Math.min(concurrency, commitsOverNetwork) : commitsToDisk;
    this.#blobSealer = new BlobSealer(options.sealer);
  }

  /** Returns the bytes that it takes in the pack. */
  async add({ type, id, compression }: BlobToAdd, plain: Uint8Array): Promise<number> {
    return await this.#guard(async () => {
      const { sealed, uncompressedLength } = this.#blobSealer.seal(plain, this.#compressor(compression));
      await this.#put({ type, id, uncompressedLength }, sealed);
      return sealed.length;
    });
  }

  /** As `add`, for a blob that is sealed with the key of this repository already. */
  async addSealed(blob: SealedBlobToAdd, sealed: Buffer): Promise<void> {
    await this.#guard(() => this.#put(blob, sealed));
  }

  /** Writes a whole pack from elsewhere. Resolves when there is room for the next. */
  async addPack(pack: IndexedPack, bytes: Uint8Array): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    const commit = async (): Promise<IndexedPack> => {
      await this.#options.store.put(objectName('data', pack.id), bytes, holdsOf(pack.blobs[0]?.type));
      return pack;
    };
    await this.#later({ commit, abort: () => Promise.resolve() });
  }

  /** True when `addAtOnce` can take so many bytes. */
  hasRoom(type: BlobType, length: number): boolean {
    const pack = this.#open.get(type);
    if (pack === undefined || this.#fault !== undefined || isFull(pack)) return false;
    return compressedBound(length) + sealOverhead < pack.room;
  }

  /** As `add`, when `hasRoom` says so. */
  addAtOnce({ type, id, compression }: BlobToAdd, plain: Uint8Array): number {
    const { sealed, uncompressedLength } = this.#blobSealer.seal(plain, this.#compressor(compression));
    this.#open.get(type)?.addAtOnce({ type, id, uncompressedLength }, sealed);
    return sealed.length;
  }

  /** Takes over a pack that was written to its end elsewhere. Resolves when there is room for the next. */
  async adopt(writer: ObjectWriter, pack: IndexedPack): Promise<void> {
    if (this.#fault !== undefined) {
      await writer.abort().catch(() => undefined);
      throw this.#fault;
    }
    const commit = async (): Promise<IndexedPack> => {
      await writer.commit(objectName('data', pack.id));
      return pack;
    };
    await this.#later({ commit, abort: () => writer.abort() });
  }

  /** Everything that was added is durable when it resolves. */
  async finish(): Promise<void> {
    await this.#guard(async () => {
      for (const [type, pack] of this.#open) await this.#end(type, pack);
      await Promise.all(this.#commits);
    });
  }

  /** Drops packs that aren't finished, and forgets the fault: a new start, for whoever knows that nobody needs them. */
  async reset(): Promise<void> {
    await this.abort();
    this.#fault = undefined;
  }

  /** Drops packs that aren't finished. */
  async abort(): Promise<void> {
    const packs = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled([...packs.map((pack) => pack.abort()), ...this.#commits]);
  }

  async #guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      if (this.#fault !== undefined) throw this.#fault;
      return await run();
    } catch (error) {
      this.#fault ??= error;
      await this.abort();
      throw this.#fault;
    }
  }

  async #start(type: BlobType): Promise<OpenPack> {
    const { store, cache } = this.#options;
    const place = type === 'tree' && cache !== undefined ? cachingWriter(store, cache) : store;
    const pack = await OpenPack.open(place, type);
    this.#open.set(type, pack);
    return pack;
  }

  async #put(blob: SealedBlobToAdd, sealed: Buffer): Promise<void> {
    const { type } = blob;
    const pack = this.#open.get(type) ?? (await this.#start(type));
    await pack.add(blob, sealed);
    if (isFull(pack)) await this.#end(type, pack);
  }

  #compressor(compression: Compression | undefined): Compressor | undefined {
    const level = zstdLevels[compression ?? 'default'];
    if (level === undefined) return undefined;
    const compressor = this.#compressors.get(level) ?? createCompressor(level);
    this.#compressors.set(level, compressor);
    return compressor;
  }

  async #end(type: BlobType, pack: OpenPack): Promise<void> {
    await pack.end(this.#options.sealer);
    this.#open.delete(type);
    await this.#later(pack);
  }

  /** Makes a pack durable while others are filled. */
  async #later(pack: WrittenPack): Promise<void> {
    while (this.#commits.size >= this.#commitsAtOnce) await Promise.race(this.#commits);
    const commit = this.#commit(pack).finally(() => this.#commits.delete(commit));
    this.#commits.add(commit);
    commit.catch(() => undefined);
  }

  async #commit(pack: WrittenPack): Promise<void> {
    try {
      this.#options.onPack(await pack.commit());
    } catch (error) {
      this.#fault ??= error;
      await pack.abort().catch(() => undefined);
      throw error;
    }
  }
}

function isFull({ size, blobs }: OpenPack): boolean {
  return size >= packSize || blobs.length >= blobsPerIndex;
}

export interface BlobToAdd {
  readonly type: BlobType;
  readonly id: Id;
  /** Default: `default`. */
  readonly compression?: Compression | undefined;
}

/** All of it is in the store, but for its name. */
type WrittenPack = Pick<OpenPack, 'commit' | 'abort'>;
