import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';
import type { ObjectStore } from '../storage/store.ts';
import { chunksOf } from './chunker/chunks.ts';
import { BlobReads } from './blob-reads.ts';
import type { MetadataCache } from './cache/metadata-cache.ts';
import type { RepositoryConfig } from './format/config.ts';
import type { JsonObjects } from './format/objects.ts';
import type { IndexedPack } from './format/index-file.ts';
import type { Sealer } from './format/seal.ts';
import type { BlobIndex } from './index/blob-index.ts';
import { IndexWriter } from './index/index-writer.ts';
import type { OnDamagedIndex } from './index/read-index.ts';
import { readChanges, readIndex } from './index/read-index.ts';
import type { LockHolder } from './lock/lock-file.ts';
import type { CheckedLock } from './lock/take-lock.ts';
import { saveHeld } from './lock/save-held.ts';
import { takeLock } from './lock/take-lock.ts';
import { checkPack } from './pack/check-pack.ts';
import { checkPacks } from './pack/check-packs.ts';
import { PackReceiver } from './pack/pack-receiver.ts';
import { PackWriter } from './pack/pack-writer.ts';
import { Turns } from './turns.ts';
import { faultsOfAccess } from './verify/access.ts';
import { readIndexFiles } from './verify/index-files.ts';
import { refuseReplaced, vaultReadOnly } from './repository-faults.ts';
import type {
  BlobLocation,
  BlobType,
  CheckPacksOptions,
  Id,
  PackAccess,
  PackReport,
  Repository,
  RepositoryLock,
  IndexReport,
  SaveOptions,
  SealedBlobToAdd,
  SavedBlob,
  SharedReading,
  SharedWriting,
} from './repository.ts';

export interface RepositoryParts {
  readonly objects: JsonObjects;
  readonly sealer: Sealer;
  readonly config: RepositoryConfig;
  readonly index: BlobIndex;
  /** Gets index files that can't be read; without it they are refused. */
  readonly onDamagedIndex?: OnDamagedIndex | undefined;
  readonly cache?: MetadataCache | undefined;
  readonly clock: Clock;
  readonly holder: LockHolder;
  /** The key slot that opened it. */
  readonly keySlot: Id;
  /** As it was when the repository was opened. */
  readonly sealedConfig: Buffer;
}

export class OpenRepository implements Repository {
  readonly store: ObjectStore;
  readonly polynomial: bigint;
  readonly keySlot: Id;
  readonly objects: JsonObjects;
  readonly sealer: Sealer;
  readonly #parts: RepositoryParts;
  /** Replaced when another has removed what it lists. */
  #index: BlobIndex;
  readonly #packs: PackWriter;
  readonly #reads: BlobReads;
  readonly #indexWriter: IndexWriter;
  /** Blobs on their way into a durable pack. */
  readonly #pending = new Set<string>();
  readonly #locks = new Set<CheckedLock>();
  /** True when something was saved without a lock, and not flushed yet. */
  #savedWithoutLock = false;
  /** Of writes. */
  readonly #turns = new Turns();

  constructor(parts: RepositoryParts) {
    this.#parts = parts;
    this.#index = parts.index;
    const { objects, cache } = parts;
    this.objects = objects;
    this.sealer = parts.sealer;
    this.store = objects.store;
    this.polynomial = parts.config.polynomial;
    this.keySlot = parts.keySlot;
    const save = (bytes: Uint8Array): Promise<Id> => saveHeld({ objects, locks: this.#locks, kind: 'index', bytes });
    this.#indexWriter = new IndexWriter(save, parts.clock, (id) => this.#index.files.add(id));
    const onPack: ConstructorParameters<typeof PackWriter>[0]['onPack'] = (pack) => {
      this.#index.add(pack);
      this.#indexWriter.add(pack);
      for (const blob of pack.blobs) this.#pending.delete(keyOf(blob.type, blob.id));
    };
    this.#packs = new PackWriter({ store: this.store, sealer: parts.sealer, onPack, cache });
    this.#reads = new BlobReads({ store: this.store, sealer: this.sealer, cache, index: () => this.#index });
    void cache?.keepOnly('packs', (id) => this.#index.hasPack(id));
    void cache?.keepOnly('index', (id) => this.#index.files.has(id));
  }

  get packAccess(): PackAccess {
    return { folder: this.store.facts.folder, key: this.sealer.key };
  }

  has(type: BlobType, id: Id): boolean {
    return (this.#pending.size > 0 && this.#pending.has(keyOf(type, id))) || this.#index.has(type, id);
  }

  async save(type: BlobType, bytes: Uint8Array, { claims, compression }: SaveOptions = {}): Promise<SavedBlob> {
    this.#refuseOldVersion();
    const id = hash('sha256', bytes);
    if (this.#locks.size === 0) this.#savedWithoutLock = true;
    return await this.#turns.take(async () => {
      if (this.has(type, id) || claims?.claim(id) === false) return { id, stored: 0 };
      const stored = await this.#packs.add({ type, id, compression }, bytes);
      // Its pack may be durable already.
      if (!this.#index.has(type, id)) this.#pending.add(keyOf(type, id));
      await this.#indexWriter.writeIfDue();
      return { id, stored };
    });
  }

  saveAtOnce(type: BlobType, bytes: Uint8Array, { claims, compression }: SaveOptions = {}): SavedBlob | undefined {
    if (this.#turns.isBusy || this.#locks.size === 0 || !this.#packs.hasRoom(type, bytes.length)) return undefined;
    this.#refuseOldVersion();
    const id = hash('sha256', bytes);
    if (this.has(type, id) || claims?.claim(id) === false) return { id, stored: 0 };
    const stored = this.#packs.addAtOnce({ type, id, compression }, bytes);
    this.#pending.add(keyOf(type, id));
    return { id, stored };
  }

  async saveSealed(blob: SealedBlobToAdd, sealed: Buffer): Promise<number> {
    this.#refuseOldVersion();
    const { type, id } = blob;
    return await this.#turns.take(async () => {
      if (this.has(type, id)) return 0;
      await this.#packs.addSealed(blob, sealed);
      if (!this.#index.has(type, id)) this.#pending.add(keyOf(type, id));
      await this.#indexWriter.writeIfDue();
      return sealed.length;
    });
  }

  async savePack(pack: IndexedPack, bytes: Uint8Array): Promise<void> {
    this.#refuseOldVersion();
    await this.#turns.take(async () => {
      await this.#packs.addPack(pack, bytes);
      for (const { type, id } of pack.blobs) if (!this.#index.has(type, id)) this.#pending.add(keyOf(type, id));
      await this.#indexWriter.writeIfDue();
    });
  }

  shareWriting(): SharedWriting {
    this.#refuseOldVersion();
    const { store, polynomial } = this;
    const receiver = (): PackReceiver =>
      new PackReceiver({ store, onPack: (writer, pack) => this.#packs.adopt(writer, pack) });
    return { key: this.sealer.key, polynomial, index: this.#index.view(), receiver };
  }

  shareReading(): SharedReading | undefined {
    const { folder, key } = this.packAccess;
    return folder === undefined ? undefined : { key, folder, ...this.#index.viewWithPacks() };
  }

  expect(trees: readonly Id[]): void {
    this.#reads.expect(trees);
  }

  storedTrees(): Pick<Repository, 'load' | 'expect'> {
    const reads = this.#reads.fromStore();
    return { load: (type, id) => this.#load(reads, type, id), expect: (trees) => reads.expect(trees) };
  }

  async load(type: BlobType, id: Id): Promise<Buffer> {
    return await this.#load(this.#reads, type, id);
  }

  async #load(reads: BlobReads, type: BlobType, id: Id): Promise<Buffer> {
    if (this.#pending.has(keyOf(type, id))) await this.#turns.take(() => this.#packs.finish());
    try {
      return await reads.load(type, id);
    } catch (error) {
      // Another program may have moved it to a new pack since the index was read.
      if (codeOf(error) !== 'blob-missing' || !(await this.refresh())) throw error;
      return await reads.load(type, id);
    }
  }

  locate(type: BlobType, id: Id): BlobLocation | undefined {
    return [...this.#index.locations(type, id)][0];
  }

  hasPack(id: Id): boolean {
    return this.#index.hasPack(id);
  }

  packLength(id: Id): number {
    return this.#index.lengthOf(id);
  }

  packs(): Iterable<{ readonly id: Id; readonly blobs: readonly BlobLocation[] }> {
    return this.#index.packs();
  }

  async flush(): Promise<void> {
    await this.#turns.take(async () => {
      await this.#packs.finish();
      await this.#indexWriter.write();
      this.#savedWithoutLock = false;
    });
  }

  async saveJson(kind: 'snapshots' | 'locks', json: string): Promise<Id> {
    if (kind !== 'snapshots') return await this.#parts.objects.save(kind, Buffer.from(json));
    this.#refuseOldVersion();
    return await saveHeld({ objects: this.objects, locks: this.#locks, kind, bytes: Buffer.from(json) });
  }

  async loadJson(kind: 'snapshots' | 'locks', id: Id): Promise<unknown> {
    return await this.#parts.objects.load(kind, id);
  }

  async listIds(kind: 'snapshots' | 'locks' | 'index' | 'data'): Promise<readonly Id[]> {
    const ids: Id[] = [];
    for await (const { id } of this.#parts.objects.list(kind)) ids.push(id);
    const there = new Set(ids);
    if (kind === 'snapshots') await this.#parts.cache?.keepOnly(kind, (id) => there.has(id));
    return ids;
  }

  async remove(kind: 'snapshots' | 'locks', id: Id): Promise<void> {
    await this.#parts.objects.remove(kind, id);
  }

  async checkPack(id: Id): Promise<string | undefined> {
    return await checkPack({ store: this.store, sealer: this.sealer, id, indexed: this.#index.blobsOf(id) });
  }

  async checkPacks(ids: Iterable<Id>, options: CheckPacksOptions = {}): Promise<readonly PackReport[]> {
    return await checkPacks({ store: this.store, sealer: this.sealer, index: this.#index, ids }, options);
  }

  async checkAccess(): Promise<readonly string[]> {
    return await faultsOfAccess(this.store, this.#parts.sealer);
  }

  async checkIndex(): Promise<IndexReport> {
    return await readIndexFiles(this.#parts.objects);
  }

  chunks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return chunksOf(pieces, this.polynomial);
  }

  async lock(kind: 'shared' | 'exclusive'): Promise<RepositoryLock> {
    const meanwhile = async (): Promise<void> =>
      void (await Promise.all([refuseReplaced(this.store, this.#parts.sealedConfig), this.refresh()]));
    const lock = await takeLock({ ...this.#parts, kind, meanwhile });
    this.#locks.add(lock);
    const release = async (): Promise<void> => {
      if (this.#locks.delete(lock) && this.#locks.size === 0 && !this.#savedWithoutLock) await this.close();
      await lock.release();
    };
    return { lost: lock.lost, check: () => lock.check(), release };
  }

  async refresh(): Promise<boolean> {
    return await this.#turns.take(async () => {
      const isAtWork = this.#locks.size > 0 || this.#savedWithoutLock;
      const { objects, onDamagedIndex } = this.#parts;
      const isUnsure = !isAtWork && this.#indexWriter.drop() > 0;
      const index = isUnsure
        ? await readIndex(objects, onDamagedIndex)
        : await readChanges(objects, this.#index, onDamagedIndex);
      if (index === undefined) return false;
      this.#index = index;
      for (const pack of this.#indexWriter.waiting) index.add(pack);
      return true;
    });
  }

  async close(): Promise<void> {
    await this.#turns.take(async () => {
      await this.#packs.reset();
      this.#pending.clear();
    });
  }

  #refuseOldVersion(): void {
    if (this.#parts.config.version !== 2) throw vaultReadOnly(this.store);
  }
}

function keyOf(type: BlobType, id: Id): string {
  return `${type}/${id}`;
}
