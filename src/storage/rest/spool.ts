import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { RestBody } from './client.ts';

/**
 * Bytes that wait in a temporary file until the name is known under which they are sent. The file has no name from the
 * first moment on, so that nothing is left when the process is killed.
 */
export class Spool implements RestBody {
  readonly #handle: FileHandle;
  length = 0;

  /** Throws faults of the system. */
  static async open(): Promise<Spool> {
    const path = join(tmpdir(), `muster-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new Spool(handle);
  }

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await this.#handle.write(piece, done, piece.length - done, this.length);
      done += bytesWritten;
      this.length += bytesWritten;
    }
  }

  open(): Readable {
    return this.#handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 2 ** 18 });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
