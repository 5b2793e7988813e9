import type { FileHandle } from 'node:fs/promises';
import { link, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../base/error.ts';
import { checkObjectName, temporaryFolder } from '../name.ts';
import type { ObjectWriter } from '../store.ts';
import { areEqual } from './equal.ts';
import { appendOnlyFault, storageFault } from './fault.ts';
import { makeFolders, syncFolder } from './folders.ts';
import { ownedName } from '../../base/owned-name.ts';

/** The folder of a local store and how messages call it. */
export interface LocalPlace {
  readonly folder: string;
  readonly description: string;
  /** False for objects that must stay as they are. */
  readonly mayReplace: (name: string) => boolean;
}

/** Writes to a temporary file; `commit` makes it durable first, and gives it its name then. */
export async function openLocalWriter(place: LocalPlace): Promise<LocalWriter> {
  const temporary = join(place.folder, temporaryFolder, ownedName());
  const handle = await openTemporary(place, temporary);
  return new LocalWriter(place, temporary, handle);
}

async function openTemporary(place: LocalPlace, path: string): Promise<FileHandle> {
  try {
    return await withFolders(place.folder, temporaryFolder, () => open(path, 'wx', 0o600));
  } catch (error) {
    throw storageFault(error, { doing: 'write', what: 'a temporary file', store: place.description });
  }
}

/** The folders are there almost always, so they are made only when the system misses them. */
async function withFolders<T>(root: string, folder: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await makeFolders(root, [folder]);
  return await use();
}

/** `commitNew` is what `putNew` of a store needs. */
export class LocalWriter implements ObjectWriter {
  readonly #place: LocalPlace;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #open = true;

  constructor(place: LocalPlace, temporary: string, handle: FileHandle) {
    this.#place = place;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  async write(piece: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < piece.length;) done += (await this.#handle.write(piece, done)).bytesWritten;
    } catch (error) {
      throw this.#fault(error, 'an object');
    }
  }

  async commit(name: string): Promise<void> {
    if (this.#place.mayReplace(name)) await this.#publish(name, (target) => rename(this.#temporary, target));
    else await this.#commitOnce(name);
  }

  /** The same content twice changes nothing: whoever was interrupted may write it again. */
  async #commitOnce(name: string): Promise<void> {
    try {
      if (await this.#link(name)) return;
      const same = await areEqual(this.#temporary, join(this.#place.folder, name));
      if (!same) throw appendOnlyFault('replaced in', name, this.#place.description);
    } catch (error) {
      throw this.#fault(error, name);
    } finally {
      await this.abort();
    }
  }

  /** False when the name is taken. */
  async commitNew(name: string): Promise<boolean> {
    try {
      return await this.#link(name);
    } finally {
      await this.abort();
    }
  }

  async #link(name: string): Promise<boolean> {
    try {
      await this.#publish(name, (target) => link(this.#temporary, target));
      return true;
    } catch (error) {
      if (error instanceof Error && codeOf(error.cause) === 'EEXIST') return false;
      throw error;
    }
  }

  async #publish(name: string, publish: (target: string) => Promise<void>): Promise<void> {
    checkObjectName(name);
    try {
      await this.#finish();
      const target = join(this.#place.folder, name);
      await withFolders(this.#place.folder, dirname(name), () => publish(target));
      await syncFolder(dirname(target));
    } catch (error) {
      throw this.#fault(error, name);
    }
  }

  async #finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.chmod(0o400);
    await this.#close();
  }

  async abort(): Promise<void> {
    try {
      await this.#close();
      await unlink(this.#temporary);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw this.#fault(error, 'a temporary file');
    }
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }

  #fault(error: unknown, what: string): Error {
    return storageFault(error, { doing: 'write', what, store: this.#place.description });
  }
}
