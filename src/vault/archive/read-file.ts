import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { EntryStats } from '../posix-at.ts';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { minimumChunk } from '../chunker/chunker.ts';
import { nativePath } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import type { FileReader, OpenFile } from './cut-file.ts';
import { cutsOf } from './cut-file.ts';
import { sameVersion } from './known-content.ts';
import { reading, SourceFault } from './source-fault.ts';

export interface FileContent {
  /** As it was before the first byte was read: a later backup then sees that the file changed since. */
  readonly stats: EntryStats;
  readonly content: readonly Id[];
  readonly size: number;
  /** Bytes of it that lie in holes and did not have to be read. */
  readonly skipped: number;
  /** It was written to while it was read. */
  readonly changed: boolean;
}

/** Yields each chunk to be stored, valid until the next, and gets its id for it. */
export type Reading<T> = Generator<Uint8Array, T, Id>;

/** A larger file that changes while it is read is not read a second time: logs grow all the time. */
export const rereadLimit = 256 * 1024 * 1024;

export interface FileToRead {
  /** For calls. */
  readonly access: BytePath;
  /** For faults. */
  readonly path: BytePath;
}

/** Reads a regular file; one that changes meanwhile is read once more. Throws `SourceFault` when it can't be read. */
export function* readFile(reader: FileReader, file: FileToRead): Reading<FileContent> {
  const fd = openFile(file);
  try {
    const first = yield* readOpen(reader, fd, file.path);
    return first.changed && first.size <= rereadLimit ? yield* readOpen(reader, fd, file.path) : first;
  } finally {
    closeSync(fd);
  }
}

/** A file that is one chunk and did not change while it was read. */
export interface SmallFile extends Omit<FileContent, 'content'> {
  /** Valid until the next file is read. */
  readonly bytes: Uint8Array;
}

/** All there is to do for most files, at once. Undefined: nothing was done, `readFile` has to. Throws `SourceFault`. */
export function readSmallFile(reader: FileReader, file: FileToRead): SmallFile | undefined {
  const fd = openFile(file);
  try {
    const stats = statFile(fd, file.path);
    const size = Number(stats.size);
    if (size === 0 || size > minimumChunk || stats.blocks * 512n < stats.size) return undefined;
    const bytes = reader.readStart({ fd, path: file.path, expected: size, sparse: false }, size);
    if (bytes.length < size || !sameVersion(stats, statFile(fd, file.path))) return undefined;
    return { stats, size, skipped: 0, changed: false, bytes };
  } finally {
    closeSync(fd);
  }
}

/** Without waiting for a writer if it has become a FIFO, without following a link, and without a new access time. */
export function openFile({ access, path }: FileToRead): number {
  return reading(path, () => {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const native = nativePath(access);
    if (constants.O_NOATIME === undefined) return openSync(native, flags);
    try {
      return openSync(native, flags | constants.O_NOATIME);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
      return openSync(native, flags);
    }
  });
}

/** Throws `SourceFault` when it is no regular file any more. */
export function statFile(fd: number, path: BytePath): BigIntStats {
  const stats = reading(path, () => fstatSync(fd, { bigint: true }));
  if (stats.isFile()) return stats;
  throw new SourceFault({ path, kind: 'changed', detail: 'it is no regular file any more' });
}

export function openFileOf(fd: number, path: BytePath, stats: BigIntStats): OpenFile {
  return { fd, path, expected: Number(stats.size), sparse: stats.blocks * 512n < stats.size };
}

function* readOpen(reader: FileReader, fd: number, path: BytePath): Reading<FileContent> {
  const stats = statFile(fd, path);
  const saved = yield* readContent(reader, openFileOf(fd, path, stats));
  return { stats, ...saved, changed: !sameVersion(stats, statFile(fd, path)) };
}

type Content = Pick<FileContent, 'content' | 'size' | 'skipped'>;

function* readContent(reader: FileReader, file: OpenFile): Reading<Content> {
  if (file.expected > minimumChunk) return yield* readChunks(reader, file);
  const bytes = reader.readStart(file, Math.max(file.expected, 1));
  // Files of the kernel (below /proc, say) call their size 0 and have content all the same.
  if (bytes.length > file.expected) return yield* readChunks(reader, { ...file, expected: Number.POSITIVE_INFINITY });
  const content = bytes.length === 0 ? [] : [yield bytes];
  return { content, size: bytes.length, skipped: 0 };
}

function* readChunks(reader: FileReader, file: OpenFile): Reading<Content> {
  const content: Id[] = [];
  let size = 0;
  let skipped = 0;
  let zeros: Id | undefined;
  for (const { bytes, length } of cutsOf(reader, file)) {
    if (bytes === undefined && zeros !== undefined) skipped += length;
    zeros ??= bytes === undefined ? yield zeroChunk() : undefined;
    content.push(bytes === undefined ? (zeros ?? '') : yield bytes);
    size += length;
  }
  return { content, size, skipped };
}

/** What a chunk in a hole holds. */
export function zeroChunk(): Uint8Array {
  return new Uint8Array(minimumChunk);
}
