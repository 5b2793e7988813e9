import { readSync } from 'node:fs';
import type { EntryStats } from '../posix-at.ts';
import type { BytePath } from '../../base/capture.ts';
import type { Id } from '../repository.ts';
import type { ExtendedAttribute } from '../tree/node.ts';
import { nodeJson } from '../tree/write.ts';
import type { EntryFault } from '../vault.ts';
import type { FileReader } from './cut-file.ts';
import type { LinkedFile } from './known-content.ts';
import { nodeOf } from './node-of.ts';
import type { Owners } from './owners.ts';
import type { FileContent, FileToRead, Reading } from './read-file.ts';
import { readFile, readSmallFile } from './read-file.ts';
import { reading, SourceFault } from './source-fault.ts';

/** Work that any thread can do: no part of it needs what only the main thread knows. */
export type Job = FileJob | RangeJob;

/** Read a whole file, and write its node. */
export interface FileJob extends FileToRead {
  readonly kind: 'file';
  readonly name: BytePath;
  readonly attributes: readonly ExtendedAttribute[];
  /** What its size was just now. */
  readonly size: number;
}

/** Store the chunk that lies there in an open file. */
export interface RangeJob {
  readonly kind: 'range';
  readonly fd: number;
  readonly path: BytePath;
  readonly at: number;
  readonly size: number;
}

/** Everything in it can be sent from one thread to another. */
export interface JobOutcome {
  /** JSON of the file's node. Undefined: it is not in the snapshot. */
  readonly node: string | undefined;
  /** Of the file, or of the range: fewer bytes than asked for when the file has become shorter. */
  readonly size: number;
  /** Bytes of it that did not have to be read. */
  readonly skipped: number;
  readonly fault: EntryFault | undefined;
  /** Of a file with several names. */
  readonly linked: LinkedFile | undefined;
  /** The chunk of a range. */
  readonly id: Id | undefined;
}

/** What a thread has for all its jobs. */
export interface JobTools {
  readonly reader: FileReader;
  readonly owners: Owners;
}

/** Faults of the source are part of the outcome; it throws what the store throws. */
export function* runJob(tools: JobTools, job: Job): Reading<JobOutcome> {
  try {
    return job.kind === 'file' ? yield* runFile(tools, job) : yield* runRange(tools, job);
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    return { ...nothing, fault: error.fault };
  }
}

/** Of a job that came to nothing. */
export const nothing: JobOutcome = {
  node: undefined,
  size: 0,
  skipped: 0,
  fault: undefined,
  linked: undefined,
  id: undefined,
};

function* runFile({ reader, owners }: JobTools, job: FileJob): Reading<JobOutcome> {
  const small = readSmallFile(reader, job);
  const file = small === undefined ? yield* readFile(reader, job) : { ...small, content: [yield small.bytes] };
  const node = fileJson(job, file, owners);
  const { size, skipped } = file;
  return { ...nothing, node, size, skipped, fault: faultOf(job.path, file), linked: linkedOf(file) };
}

/** JSON of a file's node. */
export function fileJson(
  { name, attributes }: Pick<FileJob, 'name' | 'attributes'>,
  { stats, size, content }: Pick<FileContent, 'stats' | 'size' | 'content'>,
  owners: Owners,
): string {
  return nodeJson({ ...nodeOf(name, stats, owners), size, content, attributes });
}

export function faultOf(path: BytePath, { changed }: { readonly changed: boolean }): EntryFault | undefined {
  return changed ? { path, kind: 'changed', detail: 'it was written to while it was read' } : undefined;
}

export function linkedOf({ stats, content, size }: FileContent): LinkedFile | undefined {
  return stats.nlink > 1n && size === Number(stats.size) ? { stats: versionOf(stats), content } : undefined;
}

function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: EntryStats): LinkedFile['stats'] {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

function* runRange({ reader }: JobTools, { fd, path, at, size }: RangeJob): Reading<JobOutcome> {
  const room = reader.chunkRoom.subarray(0, size);
  let length = 0;
  while (length < size) {
    const from = length;
    const count = reading(path, () => readSync(fd, room, from, size - from, at + from));
    if (count === 0) break;
    length += count;
  }
  return { ...nothing, id: length === 0 ? undefined : yield room.subarray(0, length), size: length };
}
