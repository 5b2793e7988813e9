import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import type { Milliseconds } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { StoreAction } from './local/fault.ts';
import { checkObjectName } from './name.ts';
import { SftpConnections } from './sftp/connections.ts';
import { hasStatus, sftpFault, status } from './sftp/fault.ts';
import { makeFolders, makeRoot, removeEmptyFolders, syncFolder } from './sftp/folders.ts';
import { listFiles } from './sftp/listing.ts';
import { describePlace, type SftpPlace } from './sftp/place.ts';
import { NotAFile, readFile } from './sftp/read.ts';
import type { SftpSession } from './sftp/session.ts';
import { sftpTamper } from './sftp/tamper.ts';
import { TemporaryFiles } from './sftp/temporary.ts';
import { openSftpWriter, type SftpWriter } from './sftp/writer.ts';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectTamper, StoreFacts } from './store.ts';

/** The facts of `SftpStorage`, with its secrets looked up. */
export interface SftpOptions extends Omit<SftpPlace, 'patience'> {
  /** Requests at once; default: 8. Up to three connections carry them. */
  readonly connections?: number | undefined;
  /** How long the server may leave everything that was asked unanswered; default: 2 minutes. */
  readonly patience?: Milliseconds | undefined;
}

/**
 * A folder on another host as an object store, by version 3 of the SSH file transfer protocol, with the layout and modes
 * (folders 0700, files 0400) of restic's SFTP back end. It connects when something is asked of it, and again after a
 * connection was lost; the request that was under way then throws `storage-unreachable`, which is worth another try.
 */
export function openSftpStore({ connections = 8, patience = 120_000, ...place }: SftpOptions): ObjectStore {
  return new SftpStore({ ...place, patience }, connections);
}

const mostConnections = 3;

class SftpStore implements ObjectStore {
  readonly facts: StoreFacts;
  readonly description: string;
  readonly tamper: ObjectTamper;
  readonly #folder: string;
  readonly #connections: SftpConnections;
  readonly #temporary: TemporaryFiles;

  constructor(place: SftpPlace, concurrency: number) {
    this.facts = {
      type: 'sftp',
      folder: undefined,
      concurrency,
      conditionalWrites: true,
      appendOnly: false,
      streams: true,
      immutable: undefined,
    };
    this.description = describePlace(place);
    this.#folder = posix.normalize(place.path);
    this.#connections = new SftpConnections(place, Math.min(concurrency, mostConnections));
    this.tamper = sftpTamper(this.#connections, this.#folder);
    this.#temporary = new TemporaryFiles(this.#folder, this.#connections);
  }

  async prepare(prefixes: readonly string[]): Promise<void> {
    await this.#guard({ doing: 'write', what: 'folders' }, async (session) => {
      await makeRoot(session, this.#folder);
      await makeFolders(session, this.#folder, prefixes);
    });
  }

  async tidy(prefix: string): Promise<void> {
    if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
    await this.#guard({ doing: 'remove', what: `empty folders of ${prefix}` }, (session) =>
      removeEmptyFolders(session, this.#folder, prefix),
    );
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#write(name, bytes, (writer) => writer.commit(name));
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    return await this.#write(name, bytes, (writer) => writer.commitNew(name));
  }

  async writer(): Promise<SftpWriter> {
    return await openSftpWriter({
      folder: this.#folder,
      description: this.description,
      connections: this.#connections,
      temporary: this.#temporary,
    });
  }

  async #write<T>(name: string, bytes: Uint8Array, commit: (writer: SftpWriter) => Promise<T>): Promise<T> {
    checkObjectName(name);
    const writer = await this.writer();
    try {
      await writer.write(bytes);
      return await commit(writer);
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const path = this.#pathOf(name);
    return await this.#guard({ doing: 'read', what: name }, async (session) => {
      try {
        return await readFile(session, path, range);
      } catch (error) {
        throw this.#absence(error, name) ?? error;
      }
    });
  }

  async size(name: string): Promise<number | undefined> {
    const path = this.#pathOf(name);
    return await this.#guard({ doing: 'read', what: name }, async (session) => {
      const stats = await statsOf(session, path);
      return stats?.isFile() ? stats.size : undefined;
    });
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
    try {
      yield* listFiles(this.#connections, this.#folder, prefix);
    } catch (error) {
      throw this.#fault(error, { doing: 'list', what: prefix || 'everything' });
    }
  }

  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name);
    await this.#guard({ doing: 'remove', what: name }, async (session) => {
      try {
        await session.request((sftp, answer) => sftp.unlink(path, answer));
      } catch (error) {
        if (!(await isNoObject(session, path, error))) throw error;
      }
      await syncFolder(session, posix.dirname(path));
    });
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  #pathOf(name: string): string {
    checkObjectName(name);
    return posix.join(this.#folder, name);
  }

  async #guard<T>(action: Omit<StoreAction, 'store'>, run: (session: SftpSession) => Promise<T>): Promise<T> {
    try {
      return await this.#connections.use(run);
    } catch (error) {
      throw this.#fault(error, action);
    }
  }

  #fault(error: unknown, action: Omit<StoreAction, 'store'>): MusterError {
    return sftpFault(error, { ...action, store: this.description });
  }

  /** When that was it. */
  #absence(error: unknown, name: string): MusterError | undefined {
    if (error instanceof NotAFile && error.kind === 'link')
      return new MusterError(`${name} in ${this.description} is a symbolic link`, {
        code: 'storage-refused',
        hint: 'Replace the symbolic link by what it points to.',
      });
    if (!(error instanceof NotAFile) && !hasStatus(error, status.noSuchFile)) return undefined;
    return new MusterError(`${this.description} has no object ${name}`, {
      code: 'object-missing',
      hint: 'Check that this is the right storage target and that its disk is mounted on that host; else use another copy.',
    });
  }
}

/** Undefined: there is nothing of this name. */
async function statsOf(session: SftpSession, path: string): Promise<Stats | undefined> {
  try {
    return await session.lstat(path);
  } catch (error) {
    if (hasStatus(error, status.noSuchFile)) return undefined;
    throw error;
  }
}

/** Servers say no more than `failure` of a folder that is to be removed as a file. */
async function isNoObject(session: SftpSession, path: string, error: unknown): Promise<boolean> {
  if (hasStatus(error, status.noSuchFile)) return true;
  if (!hasStatus(error, status.failure)) return false;
  const stats = await statsOf(session, path);
  return stats === undefined || stats.isDirectory();
}
