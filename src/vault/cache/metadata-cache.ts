import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteRange } from '../../storage/store.ts';
import type { Id } from '../id.ts';

/** What is kept: index files, snapshots, and packs of folders. */
export type CachedKind = 'index' | 'snapshots' | 'packs';

export interface MetadataCacheOptions {
  /** Of all vaults. */
  readonly folder: string;
  /** Id of the vault's config. */
  readonly vault: Id;
  /** Most bytes for this vault; what was not used for longest goes first. Default: 4 GiB. */
  readonly limit?: number;
}

const usualLimit = 2 ** 32;
/** What belongs to vaults that were not opened for so long is removed, in milliseconds. */
const abandonedAfter = 60 * 86_400_000;
const kinds: readonly CachedKind[] = ['index', 'snapshots', 'packs'];

interface Entry {
  readonly size: number;
  readonly usedAt: number;
}

/**
 * Copies of objects of one vault on a local disk, sealed as they are. Nothing depends on it: what is missing, or damaged, or can't
 * be read is only not there, and what can't be written is not kept. Whoever reads from it checks the bytes. Any number of
 * processes use one folder at once.
 */
export class MetadataCache {
  readonly #folder: string;
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;
  readonly #openedAt = Date.now();
  #works = true;

  /** Undefined when the folder can't be used. */
  static async open(options: MetadataCacheOptions): Promise<MetadataCache | undefined> {
    const cache = new MetadataCache(options);
    return (await settled(cache.#prepare(options.folder))) === failed ? undefined : cache;
  }

  private constructor({ folder, vault, limit = usualLimit }: MetadataCacheOptions) {
    this.#folder = join(folder, vault);
    this.#limit = limit;
  }

  has(kind: CachedKind, id: Id): boolean {
    return this.#works && this.#entries.has(`${kind}/${id}`);
  }

  /** Undefined: it is not here. Fewer bytes when the file ends before the range does. */
  async get(kind: CachedKind, id: Id, range?: ByteRange): Promise<Buffer | undefined> {
    if (!this.has(kind, id)) return undefined;
    const path = this.#pathOf(kind, id);
    const bytes = await settled(readPart(path, range));
    if (bytes !== failed) await this.#noteUse(`${kind}/${id}`, path);
    if (bytes === failed) this.#entries.delete(`${kind}/${id}`);
    return bytes === failed ? undefined : bytes;
  }

  /** Once by each process. */
  async #noteUse(key: string, path: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.usedAt >= this.#openedAt) return;
    const now = new Date();
    this.#entries.set(key, { ...entry, usedAt: now.getTime() });
    await settled(utimes(path, now, now));
  }

  async put(kind: CachedKind, id: Id, bytes: Uint8Array): Promise<void> {
    const writer = await this.writer(kind);
    await writer?.write(bytes);
    await writer?.commit(id);
  }

  /** Undefined: nothing can be written. Its calls never throw. */
  async writer(kind: CachedKind): Promise<CacheWriter | undefined> {
    if (!this.#works) return undefined;
    const path = join(this.#folder, kind, `new-${process.pid}-${randomBytes(8).toString('hex')}`);
    const handle = await settled(open(path, 'wx', 0o600));
    if (handle === failed) {
      this.#works = false;
      return undefined;
    }
    const onWritten = (id: Id, size: number): void => {
      this.#entries.set(`${kind}/${id}`, { size, usedAt: Date.now() });
      void this.#shrink();
    };
    return new CacheWriter({ handle, path, pathOf: (id) => this.#pathOf(kind, id), onWritten });
  }

  async drop(kind: CachedKind, id: Id): Promise<void> {
    this.#entries.delete(`${kind}/${id}`);
    await settled(rm(this.#pathOf(kind, id), { force: true }));
  }

  /** Removes what the vault does not have any more. */
  async keepOnly(kind: CachedKind, isThere: (id: Id) => boolean): Promise<void> {
    const ids = [...this.#entries.keys()]
      .filter((key) => key.startsWith(`${kind}/`))
      .map((key) => key.slice(kind.length + 1));
    await Promise.all(ids.filter((id) => !isThere(id)).map((id) => this.drop(kind, id)));
  }

  /** Makes the folder, and learns what is in it. */
  async #prepare(parent: string): Promise<void> {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await removeAbandoned(parent, this.#folder);
    for (const kind of kinds) await this.#readKind(kind);
    const now = new Date();
    await utimes(this.#folder, now, now);
    await this.#shrink();
  }

  async #readKind(kind: CachedKind): Promise<void> {
    const folder = join(this.#folder, kind);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      const facts = await settled(stat(join(folder, name)));
      if (facts === failed) continue;
      if (/^[0-9a-f]{64}$/.test(name))
        this.#entries.set(`${kind}/${name}`, { size: facts.size, usedAt: facts.mtimeMs });
      else if (Date.now() - facts.mtimeMs > unfinishedAfter) await settled(rm(join(folder, name), { force: true }));
    }
  }

  async #shrink(): Promise<void> {
    let size = 0;
    for (const entry of this.#entries.values()) size += entry.size;
    if (size <= this.#limit) return;
    for (const [key, entry] of [...this.#entries].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      // Some room, so that not every new entry comes here.
      if (size <= this.#limit * 0.9) return;
      size -= entry.size;
      this.#entries.delete(key);
      await settled(rm(join(this.#folder, key), { force: true }));
    }
  }

  #pathOf(kind: CachedKind, id: Id): string {
    return join(this.#folder, kind, id);
  }
}

/** A file that no process can be at any more, in milliseconds since it was written to. */
const unfinishedAfter = 86_400_000;

interface CacheWriterParts {
  readonly handle: FileHandle;
  readonly path: string;
  readonly pathOf: (id: Id) => string;
  readonly onWritten: (id: Id, size: number) => void;
}

/** Writes one entry, whose name is known only at the end. */
export class CacheWriter {
  readonly #parts: CacheWriterParts;
  #size = 0;
  #failed = false;

  constructor(parts: CacheWriterParts) {
    this.#parts = parts;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#failed ||= (await settled(writeFile(this.#parts.handle, bytes))) === failed;
    this.#size += bytes.length;
  }

  async commit(id: Id): Promise<void> {
    const { handle, path, pathOf, onWritten } = this.#parts;
    await settled(handle.close());
    const moved = this.#failed ? failed : await settled(rename(path, pathOf(id)));
    if (moved === failed) await settled(rm(path, { force: true }));
    else onWritten(id, this.#size);
  }

  async abort(): Promise<void> {
    await settled(this.#parts.handle.close());
    await settled(rm(this.#parts.path, { force: true }));
  }
}

async function removeAbandoned(parent: string, own: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    if (folder === own || !/^[0-9a-f]{64}$/.test(name)) continue;
    const facts = await settled(stat(folder));
    if (facts !== failed && Date.now() - facts.mtimeMs > abandonedAfter) await settled(rm(folder, { recursive: true }));
  }
}

async function readPart(path: string, range: ByteRange | undefined): Promise<Buffer> {
  if (range === undefined) return await readFile(path);
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafeSlow(range.length),
      0,
      range.length,
      range.offset,
    );
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const failed = Symbol('failed');

/** A cache that fails is a cache without the entry: no fault of the disk is ever one of the backup. */
async function settled<T>(work: Promise<T>): Promise<T | typeof failed> {
  try {
    return await work;
  } catch {
    return failed;
  }
}
