import { posix } from 'node:path';
import { ownedName } from '../../base/owned-name.ts';
import { isAbandoned } from '../abandoned.ts';
import { temporaryFolder } from '../name.ts';
import type { SftpConnections } from './connections.ts';
import { hasStatus, status } from './fault.ts';
import { readFolder } from './listing.ts';
import type { SftpSession } from './session.ts';

/** The folder of temporary files of one store. */
export class TemporaryFiles {
  readonly #folder: string;
  readonly #connections: SftpConnections;
  /** Those of writers that ended when the server was out of reach. */
  readonly #left = new Set<string>();
  #swept = false;

  constructor(root: string, connections: SftpConnections) {
    this.#folder = posix.join(root, temporaryFolder);
    this.#connections = connections;
  }

  newPath(): string {
    return posix.join(this.#folder, ownedName());
  }

  /** Never throws: one that can't be removed now is removed with the next. */
  async remove(path: string): Promise<void> {
    this.#left.add(path);
    await this.#connections.use((session) => this.#removeLeft(session)).catch(() => {});
  }

  /** Once: removes what killed writers left. `own` was made just now, so that its time is the server's. Never throws. */
  async sweep(session: SftpSession, own: string): Promise<void> {
    if (this.#left.size > 0) await this.#removeLeft(session);
    if (this.#swept) return;
    this.#swept = true;
    await this.#sweepAll(session, own).catch(() => {});
  }

  async #removeLeft(session: SftpSession): Promise<void> {
    await Promise.all([...this.#left].map((path) => this.#removeOne(session, path)));
  }

  async #removeOne(session: SftpSession, path: string): Promise<void> {
    try {
      await unlink(session, path);
      this.#left.delete(path);
    } catch (error) {
      if (hasStatus(error, status.noSuchFile)) this.#left.delete(path);
    }
  }

  async #sweepAll(session: SftpSession, own: string): Promise<void> {
    const { mtime: now } = await session.lstat(own);
    for (const { filename, attrs } of await readFolder(session, this.#folder)) {
      const isOld = attrs.isFile() && isAbandoned(filename, (now - attrs.mtime) * 1000);
      if (isOld && !filename.includes('/')) await unlink(session, posix.join(this.#folder, filename));
    }
  }
}

async function unlink(session: SftpSession, path: string): Promise<void> {
  await session.request((sftp, answer) => sftp.unlink(path, answer));
}
