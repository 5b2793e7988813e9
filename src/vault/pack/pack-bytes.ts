import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { objectName } from '../format/names.ts';
import { release } from '../format/release.ts';
import type { Id } from '../repository.ts';

/** The stored bytes of a pack, for code that can't wait. */
export interface PackBytes {
  readonly size: number;
  /** Valid until the next call; fewer bytes when the pack ends before. Throws system errors. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/** Of a pack in a folder. Reads into `memory`, which is shared by all packs that are read one after the other. */
export function openPackFile(folder: string, id: Id, memory: ReadMemory): PackBytes {
  const fd = openSync(join(folder, objectName('data', id)), constants.O_RDONLY | constants.O_NOFOLLOW);
  return {
    get size(): number {
      return fstatSync(fd).size;
    },
    read: (offset, length) => readAt(fd, memory.room(length).subarray(0, length), offset),
    close: () => closeSync(fd),
  };
}

/** Of a pack that is in memory, which is given back in the end. */
export function packInMemory(bytes: Buffer): PackBytes {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => release(bytes),
  };
}

/** Memory that is used again for each read. */
export class ReadMemory {
  #bytes = Buffer.alloc(0);

  room(length: number): Buffer {
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 22));
    return this.#bytes;
  }
}

function readAt(fd: number, target: Buffer, offset: number): Buffer {
  let done = 0;
  while (done < target.length) {
    const read = readSync(fd, target, done, target.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return target.subarray(0, done);
}
