import { setImmediate } from 'node:timers/promises';
import { codeOf } from '../../base/error.ts';
import { objectName } from '../format/names.ts';
import { inFlight } from '../pack/in-flight.ts';
import type { Tally } from '../progress.ts';
import type { BlobLocation, BlobType, Id, Repository } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import { ahead } from '../worker/ahead.ts';
import type { BlobRead } from './plan-reads.ts';
import { planReads } from './plan-reads.ts';
import { BlobResealer, sameKey } from './reseal.ts';
import { wholePacks } from './whole-packs.ts';
import type { WholePack } from './whole-packs.ts';

export interface BlobCopierOptions {
  readonly from: Repository;
  readonly to: Repository;
  readonly tally: Tally;
}

/** Blobs, and their bytes, that are put in the order of the packs together; some 250 bytes of memory for each. */
const windowBlobs = 50_000;
const windowBytes = 2 ** 30;

/** Copies what is wanted and not there yet: many reads ahead, packs that are written while the next are filled. */
export class BlobCopier {
  /** Bytes that were added to the target. */
  stored = 0;
  readonly #options: BlobCopierOptions;
  readonly #resealer: BlobResealer;
  readonly #wanted = new Map<string, BlobLocation>();
  #bytes = 0;

  constructor(options: BlobCopierOptions) {
    this.#options = options;
    this.#resealer = new BlobResealer(options.from.sealer, options.to.sealer);
    options.tally.bytesTotal = 0;
  }

  get isFull(): boolean {
    return this.#wanted.size >= windowBlobs || this.#bytes >= windowBytes;
  }

  /** What no index lists is found to be missing when it is copied. */
  want(type: BlobType, id: Id): void {
    const { from, to, tally } = this.#options;
    const key = `${type} ${id}`;
    if (this.#wanted.has(key) || to.has(type, id)) return;
    const unknown = { type, id, pack: '', offset: 0, length: 0, uncompressedLength: undefined };
    const location = from.locate(type, id) ?? unknown;
    this.#wanted.set(key, location);
    this.#bytes += location.length;
    tally.bytesTotal = (tally.bytesTotal ?? 0) + location.length;
  }

  async copyWanted(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    this.#bytes = 0;
    const { from, to } = this.#options;
    const packs = sameKey(from.sealer.key, to.sealer.key)
      ? wholePacks({ from, to }, wanted)
      : { whole: [], rest: wanted };
    for await (const pack of this.#ahead(packs.whole, (each) => this.#readPack(each))) await this.#copyPack(pack);
    for await (const read of this.#ahead(planReads(packs.rest), (each) => this.#read(each))) await this.#copyRead(read);
  }

  #ahead<T extends { readonly length: number }, R>(items: readonly T[], load: (item: T) => Promise<R>) {
    const { atOnce, bytesAtOnce } = inFlight(this.#options.from.store);
    return ahead(items, { load, sizeOf: ({ length }) => length, atOnce: Math.max(2, atOnce), bytesAtOnce });
  }

  async #readPack(pack: WholePack): Promise<WholePack & { readonly bytes: Buffer | undefined }> {
    return { ...pack, bytes: await this.#bytesOf(pack.pack) };
  }

  async #read(read: BlobRead): Promise<BlobRead & { readonly bytes: Buffer | undefined }> {
    const { offset, length } = read;
    return { ...read, bytes: read.pack === '' ? undefined : await this.#bytesOf(read.pack, { offset, length }) };
  }

  /** Undefined when they are lost: then each blob is looked for in every place that it has. */
  async #bytesOf(pack: Id, range?: { readonly offset: number; readonly length: number }): Promise<Buffer | undefined> {
    const { from, tally } = this.#options;
    tally.signal.throwIfAborted();
    try {
      return await from.store.get(objectName('data', pack), range);
    } catch (error) {
      if (codeOf(error) === 'object-missing' || isDamage(error)) return undefined;
      throw error;
    }
  }

  /** A pack whose bytes fit its name is as it was written. */
  async #copyPack({ wanted, bytes, checked }: WholePack & { readonly bytes: Buffer | undefined }): Promise<void> {
    const { to, tally } = this.#options;
    await setImmediate();
    const pack = bytes && checked(bytes);
    if (pack === undefined || bytes === undefined) {
      for (const blob of wanted) await this.#copySlowly(blob);
      return;
    }
    await to.savePack(pack, bytes);
    this.stored += bytes.length;
    tally.add(wanted.reduce((sum, { length }) => sum + length, 0));
  }

  async #copyRead({ offset, blobs, bytes }: BlobRead & { readonly bytes: Buffer | undefined }): Promise<void> {
    const { to, tally } = this.#options;
    for (const blob of blobs) {
      tally.signal.throwIfAborted();
      const from = blob.offset - offset;
      const sealed = bytes && this.#resealer.reseal(blob, bytes.subarray(from, from + blob.length));
      if (sealed === undefined) await this.#copySlowly(blob);
      else {
        this.stored += await to.saveSealed(blob, sealed);
        tally.add(blob.length);
      }
    }
    await setImmediate();
  }

  /** With a look at every place of the blob; throws what loading throws. */
  async #copySlowly({ type, id, length }: BlobLocation): Promise<void> {
    const { from, to, tally } = this.#options;
    if (!to.has(type, id)) this.stored += (await to.save(type, await from.load(type, id))).stored;
    tally.add(length);
  }
}
