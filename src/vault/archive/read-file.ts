import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';
import { posixCalls } from '../posix.ts';
import type { Id } from '../repository.ts';
import type { ArchiveContext } from './context.ts';
import { sameVersion } from './known-content.ts';
import { asFault, reading, SourceFault } from './source-fault.ts';

export interface FileContent {
  /** As it was before the first byte was read: a later backup then sees that the file changed since. */
  readonly stats: BigIntStats;
  readonly content: readonly Id[];
  readonly size: number;
}

/** Least size of a chunk: a file up to here is one chunk, and needs no chunker. */
export const singleChunk = 512 * 1024;
const pieceSize = 1024 * 1024;
/** A larger file that changes while it is read is not read a second time: logs grow all the time. */
const rereadLimit = 256 * 1024 * 1024;
const readAsync = promisify(read);

/**
 * Reads a regular file and saves its chunks. A file that changes meanwhile is read once more; when it changes again,
 * what was read is kept and a `changed` fault is noted. Throws `SourceFault` when it can't be read.
 */
export async function readFile(context: ArchiveContext, access: BytePath, path: BytePath): Promise<FileContent> {
  const fd = reading(path, () => openFile(access));
  try {
    const first = await readOpen(context, fd, path);
    if (!first.changed) return first;
    const last = first.size > rereadLimit ? first : await readOpen(context, fd, path);
    if (last.changed) context.tally.fault({ path, kind: 'changed', detail: 'it was written to while it was read' });
    return last;
  } finally {
    closeSync(fd);
  }
}

/** Without waiting for a writer if it has become a FIFO, without following a link, and without a new access time. */
function openFile(access: BytePath): number {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const path = nativePath(access);
  if (constants.O_NOATIME === undefined) return openSync(path, flags);
  try {
    return openSync(path, flags | constants.O_NOATIME);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    return openSync(path, flags);
  }
}

async function readOpen(
  context: ArchiveContext,
  fd: number,
  path: BytePath,
): Promise<FileContent & { readonly changed: boolean }> {
  const stats = reading(path, () => fstatSync(fd, { bigint: true }));
  if (!stats.isFile()) throw new SourceFault({ path, kind: 'changed', detail: 'it is no regular file any more' });
  const sparse = stats.blocks * 512n < stats.size;
  const { content, size } = await saveContent(context, { fd, path, expected: Number(stats.size), sparse });
  const after = reading(path, () => fstatSync(fd, { bigint: true }));
  return { stats, content, size, changed: !sameVersion(stats, after) };
}

interface OpenFile {
  readonly fd: number;
  readonly path: BytePath;
  /** Reading ends here: a file that grows as fast as it is read would never end. */
  readonly expected: number;
  /** It has holes: they need not be read to know what is in them. */
  readonly sparse: boolean;
}

type Saved = Pick<FileContent, 'content' | 'size'>;

async function saveContent(context: ArchiveContext, file: OpenFile): Promise<Saved> {
  if (file.expected > singleChunk) return await saveChunks(context, file);
  const { buffer } = context;
  const length = reading(file.path, () => fill(file.fd, buffer, Math.max(file.expected, 1)));
  // Files of the kernel (below /proc, say) call their size 0 and have content all the same.
  if (length > file.expected) return await saveChunks(context, { ...file, expected: Number.POSITIVE_INFINITY });
  if (length === 0) return { content: [], size: 0 };
  return { content: [await saveChunk(context, buffer.subarray(0, length))], size: length };
}

function fill(fd: number, buffer: Buffer, wanted: number): number {
  let length = 0;
  while (length < wanted) {
    const count = readSync(fd, buffer, length, wanted - length, length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

async function saveChunk(context: ArchiveContext, bytes: Uint8Array): Promise<Id> {
  context.tally.signal.throwIfAborted();
  const { id, stored } = await context.repository.save('data', bytes);
  context.totals.bytesRead += bytes.length;
  context.totals.bytesStored += stored;
  if (stored > 0) context.totals.bytesNew += bytes.length;
  context.tally.add(bytes.length);
  return id;
}

async function saveChunks(context: ArchiveContext, file: OpenFile): Promise<Saved> {
  const content: Id[] = [];
  let size = 0;
  for await (const chunk of context.repository.chunks(pieces(file))) {
    size += chunk.length;
    content.push(await saveChunk(context, chunk));
  }
  return { content, size };
}

/** One piece is read ahead, into the buffer that is not in use. */
async function* pieces(file: OpenFile): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.allocUnsafe(pieceSize), Buffer.allocUnsafe(pieceSize)] as const;
  let next = ahead(readPiece(file, buffers[0], 0));
  try {
    for (let at = 0, turn = 1; ; turn = 1 - turn) {
      const piece = await next;
      if (piece.length === 0) return;
      at += piece.length;
      next = ahead(readPiece(file, turn === 1 ? buffers[1] : buffers[0], at));
      yield piece;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

/** A failure counts when the piece is asked for, not while the one before is still in work. */
function ahead(piece: Promise<Buffer>): Promise<Buffer> {
  piece.catch(() => undefined);
  return piece;
}

async function readPiece(file: OpenFile, buffer: Buffer, at: number): Promise<Buffer> {
  const wanted = Math.min(buffer.length, file.expected - at);
  if (wanted <= 0) return buffer.subarray(0, 0);
  if (file.sparse && isHole(file, at, wanted)) return buffer.subarray(0, wanted).fill(0);
  try {
    const { bytesRead } = await readAsync(file.fd, buffer, 0, wanted, at);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw asFault(file.path, error);
  }
}

function isHole({ fd }: OpenFile, at: number, length: number): boolean {
  const calls = posixCalls();
  return calls.available && calls.posix.nextData(fd, at) >= at + length;
}
