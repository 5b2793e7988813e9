import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { bytesOf, type BytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';

/** Opens a regular file of the source, without following a link or waiting for the writer of a FIFO. */
export function withFile<T>(path: BytePath, read: (fd: number, size: number) => T): T {
  const fd = openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile()) throw new MusterError('it is no regular file', { code: 'source-unreadable' });
    return read(fd, facts.size);
  } finally {
    closeSync(fd);
  }
}
