import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, MusterError } from '../base/error.ts';
import type { StoreAction } from './local/fault.ts';
import { appendOnlyFault, storageFault } from './local/fault.ts';
import { makeFolders, removeEmptyFolders, syncFolder } from './local/folders.ts';
import { listFiles } from './local/listing.ts';
import { localTamper } from './local/tamper.ts';
import { sweepTemporary } from './local/temporary.ts';
import type { LocalWriter } from './local/writer.ts';
import { openLocalWriter } from './local/writer.ts';
import { checkObjectName } from './name.ts';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectTamper, StoreFacts } from './store.ts';

/**
 * A folder as an object store, with the layout and modes (folders 0700, files 0400) of restic's local back end.
 * The folder must exist before anything is put; `prepare` makes it. Throws `MusterError` `storage-full`,
 * `storage-read-only`, `storage-refused`, `storage-missing`, `storage-failed`, `object-missing`, `bad-object-name`.
 */
export function openLocalStore({ folder, appendOnly = false }: LocalOptions): ObjectStore {
  return new LocalStore(resolve(folder), appendOnly);
}

export interface LocalOptions {
  readonly folder: string;
  /** True: what is there is neither removed nor replaced through this store, but for `locks/`. Default: false. */
  readonly appendOnly?: boolean;
}

class LocalStore implements ObjectStore {
  readonly facts: StoreFacts;
  readonly description: string;
  readonly #folder: string;
  readonly tamper: ObjectTamper;
  #swept: Promise<void> | undefined;

  constructor(folder: string, appendOnly: boolean) {
    this.#folder = folder;
    this.facts = {
      type: 'local',
      folder,
      concurrency: 1,
      conditionalWrites: true,
      appendOnly,
      streams: true,
      immutable: undefined,
    };
    this.description = `local ${folder}`;
    this.tamper = localTamper(folder);
  }

  async prepare(prefixes: readonly string[]): Promise<void> {
    await this.#guard({ doing: 'write', what: 'folders' }, async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await syncFolder(dirname(this.#folder));
      await makeFolders(this.#folder, prefixes);
    });
  }

  async tidy(prefix: string): Promise<void> {
    checkPrefix(prefix);
    await this.#guard({ doing: 'remove', what: `empty folders of ${prefix}` }, () =>
      removeEmptyFolders(this.#folder, prefix),
    );
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#write(name, bytes, (writer) => writer.commit(name));
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    return await this.#write(name, bytes, (writer) => writer.commitNew(name));
  }

  async writer(): Promise<LocalWriter> {
    this.#swept ??= sweepTemporary(this.#folder, Date.now());
    await this.#swept;
    return await openLocalWriter({
      folder: this.#folder,
      description: this.description,
      mayReplace: (name) => this.#mayChange(name),
    });
  }

  async #write<T>(name: string, bytes: Uint8Array, commit: (writer: LocalWriter) => Promise<T>): Promise<T> {
    checkObjectName(name);
    const writer = await this.writer();
    try {
      await writer.write(bytes);
      return await commit(writer);
    } catch (error) {
      await writer.abort().catch(() => undefined);
      throw error;
    }
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const path = this.#pathOf(name);
    return await this.#guard({ doing: 'read', what: name }, async () => {
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        return await readRange(handle, range);
      } finally {
        await handle.close();
      }
    }).catch((error: unknown) => {
      throw isAbsence(error) ? this.#missing(name) : error;
    });
  }

  async size(name: string): Promise<number | undefined> {
    const path = this.#pathOf(name);
    try {
      const stat = await lstat(path);
      return stat.isFile() ? stat.size : undefined;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw this.#fault(error, { doing: 'read', what: name });
    }
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    checkPrefix(prefix);
    try {
      yield* listFiles(this.#folder, prefix);
    } catch (error) {
      throw this.#fault(error, { doing: 'list', what: prefix || 'everything' });
    }
  }

  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name);
    if (!this.#mayChange(name)) return await this.#refuseRemoval(name);
    try {
      await unlink(path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (!isAbsence(error)) throw this.#fault(error, { doing: 'remove', what: name });
    }
  }

  #mayChange(name: string): boolean {
    return !this.facts.appendOnly || name.startsWith('locks/');
  }

  /** What isn't there is gone already. */
  async #refuseRemoval(name: string): Promise<void> {
    if ((await this.size(name)) !== undefined) throw appendOnlyFault('removed from', name, this.description);
  }

  #pathOf(name: string): string {
    checkObjectName(name);
    return join(this.#folder, name);
  }

  async #guard<T>(action: Omit<StoreAction, 'store'>, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw this.#fault(error, action);
    }
  }

  #fault(error: unknown, action: Omit<StoreAction, 'store'>): MusterError {
    return storageFault(error, { ...action, store: this.description });
  }

  #missing(name: string): MusterError {
    return new MusterError(`${this.description} has no object ${name}`, {
      code: 'object-missing',
      hint: 'Check that this is the right storage target and that its disk is mounted; else use another copy.',
    });
  }
}

function checkPrefix(prefix: string): void {
  if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
}

/** True when the system says that there is no such file. A folder is no object. */
function isAbsence(error: unknown): boolean {
  const code = codeOf(error instanceof MusterError ? error.cause : error) ?? '';
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

async function readRange(handle: FileHandle, range: ByteRange | undefined): Promise<Buffer> {
  const { size } = await handle.stat();
  const start = Math.min(range?.offset ?? 0, size);
  const bytes = Buffer.allocUnsafeSlow(Math.min(range?.length ?? size, size - start));
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}
