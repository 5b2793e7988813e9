import { posix } from 'node:path';
import { checkObjectName } from '../name.ts';
import type { ObjectWriter } from '../store.ts';
import type { Held, SftpConnections } from './connections.ts';
import { hasStatus, sftpFault, status } from './fault.ts';
import { makeFolders, syncFolder } from './folders.ts';
import { linkNew, replace } from './publish.ts';
import { isNotOffered, type SftpSession } from './session.ts';
import { spaceOf } from './space.ts';
import type { TemporaryFiles } from './temporary.ts';

/** What the writers of one store share. */
export interface WritingPlace {
  readonly folder: string;
  readonly description: string;
  readonly connections: SftpConnections;
  readonly temporary: TemporaryFiles;
}

/** Servers take 32 KiB for sure. */
const chunk = 2 ** 15;
/** Bytes under way: enough to fill a line of 160 Mbit/s over 100 ms. */
const mostUnderWay = 2 ** 21;

/** Throws the faults of a store. */
export async function openSftpWriter(place: WritingPlace): Promise<SftpWriter> {
  const path = place.temporary.newPath();
  const held = await place.connections.hold();
  const { session } = held;
  try {
    const handle = await withFolders({ session, root: place.folder, path }, () => create(session, path));
    await place.temporary.sweep(session, path);
    return new SftpWriter({ place, held, path, handle });
  } catch (error) {
    const fault = await writeFault(error, session, { place, what: 'a temporary file' });
    held.release();
    throw fault;
  }
}

async function create(session: SftpSession, path: string): Promise<Buffer> {
  return await session.request((sftp, answer) => sftp.open(path, 'wx', { mode: 0o400 }, answer));
}

interface WriterParts {
  readonly place: WritingPlace;
  readonly held: Held;
  /** Of the temporary file. */
  readonly path: string;
  readonly handle: Buffer;
}

/** Sends pieces without waiting for the answers; `commit` waits for all of them. */
export class SftpWriter implements ObjectWriter {
  readonly #parts: WriterParts;
  readonly #session: SftpSession;
  #underWay = 0;
  #answered = Promise.withResolvers<void>();
  #position = 0;
  #error: unknown;
  #state: 'open' | 'closed' | 'done' = 'open';

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#session = parts.held.session;
  }

  async write(piece: Uint8Array): Promise<void> {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let at = 0; at < bytes.length; at += chunk) {
      await this.#untilUnderWay(mostUnderWay - chunk);
      if (this.#error !== undefined) throw await this.#fault(this.#error, 'an object');
      this.#send(bytes.subarray(at, at + chunk));
    }
  }

  async commit(name: string): Promise<void> {
    checkObjectName(name);
    await this.#publish(name, (target) => replace(this.#session, this.#parts.path, target));
    this.#leave();
  }

  /** False when the name is taken. */
  async commitNew(name: string): Promise<boolean> {
    checkObjectName(name);
    const isNew = await this.#publish(name, (target) => linkNew(this.#session, this.#parts.path, target));
    await this.abort();
    return isNew;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    await this.#untilUnderWay(0);
    await this.#close().catch(() => {});
    this.#leave();
    await this.#parts.place.temporary.remove(this.#parts.path);
  }

  /** The bytes are copied at once, so the piece may be used again. */
  #send(bytes: Buffer): void {
    const { length } = bytes;
    const position = this.#position;
    this.#position += length;
    this.#underWay += length;
    void this.#session
      .request<void>((sftp, answer) => sftp.write(this.#parts.handle, bytes, 0, length, position, answer))
      .catch((error: unknown) => (this.#error ??= error))
      .then(() => this.#oneAnswered(length));
  }

  #oneAnswered(length: number): void {
    this.#underWay -= length;
    this.#answered.resolve();
    this.#answered = Promise.withResolvers<void>();
  }

  /** Every request is answered, or its connection lost. */
  async #untilUnderWay(most: number): Promise<void> {
    while (this.#underWay > most) await this.#answered.promise;
  }

  async #publish<T>(name: string, publish: (target: string) => Promise<T>): Promise<T> {
    const root = this.#parts.place.folder;
    const path = posix.join(root, name);
    try {
      await this.#finish();
      const result = await withFolders({ session: this.#session, root, path }, () => publish(path));
      await syncFolder(this.#session, posix.dirname(path));
      return result;
    } catch (error) {
      throw await this.#fault(error, name);
    }
  }

  async #finish(): Promise<void> {
    await this.#untilUnderWay(0);
    if (this.#error !== undefined) throw this.#error;
    // The server does one after the other, so they may be asked for together.
    await Promise.all([sync(this.#session, this.#parts.handle), this.#close()]);
  }

  async #close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.#session.request((sftp, answer) => sftp.close(this.#parts.handle, answer));
  }

  #leave(): void {
    this.#state = 'done';
    this.#parts.held.release();
  }

  async #fault(error: unknown, what: string): Promise<Error> {
    return await writeFault(error, this.#session, { place: this.#parts.place, what });
  }
}

/** Some servers can't sync a file; what is written there is as durable as they make it. */
async function sync(session: SftpSession, handle: Buffer): Promise<void> {
  try {
    await session.request((sftp, answer) => sftp.ext_openssh_fsync(handle, answer));
  } catch (error) {
    if (!isNotOffered(error)) throw error;
  }
}

interface NewPath {
  readonly session: SftpSession;
  readonly root: string;
  readonly path: string;
}

/** The folders are there almost always, so they are made only when the server misses them. */
async function withFolders<T>({ session, root, path }: NewPath, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!hasStatus(error, status.noSuchFile)) throw error;
  }
  await makeFolders(session, root, [posix.relative(root, posix.dirname(path))]);
  return await use();
}

interface WriteAction {
  readonly place: WritingPlace;
  readonly what: string;
}

async function writeFault(error: unknown, session: SftpSession, { place, what }: WriteAction): Promise<Error> {
  const space = hasStatus(error, status.failure) ? await spaceOf(session, place.folder) : undefined;
  return sftpFault(error, { doing: 'write', what, store: place.description }, space);
}
