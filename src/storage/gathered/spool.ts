import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, MusterError } from '../../base/error.ts';
import type { Content } from './content.ts';

/** Content that is too large for memory, in a file that has no name. */
export class SpooledContent implements Content {
  readonly #file: FileHandle;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(): Promise<SpooledContent> {
    return new SpooledContent(await guard(openNameless));
  }

  get size(): number {
    return this.#size;
  }

  async append(piece: Uint8Array): Promise<void> {
    await guard(() => this.#write(piece));
    this.#size += piece.length;
  }

  async #write(piece: Uint8Array): Promise<void> {
    for (let done = 0; done < piece.length;)
      done += (await this.#file.write(piece, done, piece.length - done, this.#size + done)).bytesWritten;
  }

  async part(offset: number, length: number): Promise<readonly Uint8Array[]> {
    const bytes = Buffer.allocUnsafeSlow(length);
    await guard(() => this.#read(bytes, offset));
    return [bytes];
  }

  async #read(bytes: Buffer, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.#file.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) throw new Error(`a temporary file ends at byte ${offset + done}`);
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** The name is gone before anything is written, so that no crash leaves the file behind. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-object-'));
  try {
    return await open(join(folder, 'object'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function guard<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw new MusterError(`cannot keep a large object in ${tmpdir()} until it is sent: ${messageOf(error)}`, {
      code: 'storage-failed',
      hint: 'Free space there, or let TMPDIR name a folder with more of it.',
      cause: error,
    });
  }
}
