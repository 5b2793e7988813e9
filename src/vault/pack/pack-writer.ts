import type { ObjectStore } from '../../storage/store.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { blobsPerIndex } from '../format/index-file.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import { sealOverhead } from '../format/seal.ts';
import { compress } from '../format/zstd.ts';
import type { BlobType, Id } from '../repository.ts';
import { OpenPack } from './open-pack.ts';

/** A pack with this much is full. */
const packSize = 2 ** 24;

/** Packs that may be on their way to the disk while the next is filled. */
const commitsAtOnce = 2;

export interface PackWriterOptions {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
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
  #scratch = Buffer.alloc(0);
  #fault: unknown;

  constructor(options: PackWriterOptions) {
    this.#options = options;
  }

  /** Returns the bytes that it takes in the pack. */
  async add(type: BlobType, id: Id, plain: Uint8Array): Promise<number> {
    return await this.#guard(async () => {
      const pack = this.#open.get(type) ?? (await this.#start(type));
      const { sealed, uncompressedLength } = this.#seal(plain);
      await pack.add({ type, id, uncompressedLength }, sealed);
      if (pack.size >= packSize || pack.blobs.length >= blobsPerIndex) await this.#end(type, pack);
      return sealed.length;
    });
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
    const pack = await OpenPack.open(this.#options.store);
    this.#open.set(type, pack);
    return pack;
  }

  /** The result is valid until the next call. Zero bytes can't be marked as compressed. */
  #seal(plain: Uint8Array): { sealed: Buffer; uncompressedLength: number | undefined } {
    if (plain.length === 0) return { sealed: this.#options.sealer.seal(plain), uncompressedLength: undefined };
    const compressed = compress(plain);
    const sealed = this.#options.sealer.sealInto(this.#room(compressed.length + sealOverhead), compressed);
    release(compressed);
    return { sealed, uncompressedLength: plain.length };
  }

  #room(length: number): Buffer {
    if (this.#scratch.length < length) {
      release(this.#scratch);
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
    }
    return this.#scratch;
  }

  async #end(type: BlobType, pack: OpenPack): Promise<void> {
    await pack.end(this.#options.sealer);
    this.#open.delete(type);
    if (this.#commits.size >= commitsAtOnce) await Promise.race(this.#commits);
    const commit = this.#commit(pack).finally(() => this.#commits.delete(commit));
    this.#commits.add(commit);
    commit.catch(() => undefined);
  }

  async #commit(pack: OpenPack): Promise<void> {
    try {
      this.#options.onPack(await pack.commit());
    } catch (error) {
      this.#fault ??= error;
      await pack.abort().catch(() => undefined);
      throw error;
    }
  }
}
