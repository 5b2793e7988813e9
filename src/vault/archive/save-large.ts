import type { EntryStats } from '../posix-at.ts';
import type { Id } from '../repository.ts';
import type { ExtendedAttribute } from '../tree/node.ts';
import type { EntryFault } from '../vault.ts';
import type { ArchiveContext } from './context.ts';
import type { Cut } from './cut-file.ts';
import { cutsOf, FileReader } from './cut-file.ts';
import { attributesOf, count } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { faultOf, fileJson, linkedOf } from './file-job.ts';
import type { JobOutcome } from './file-job.ts';
import { sameVersion } from './known-content.ts';
import type { PendingNode } from './node-list.ts';
import type { FileContent } from './read-file.ts';
import { openFile, openFileOf, rereadLimit, statFile, zeroChunk } from './read-file.ts';
import { SourceFault } from './source-fault.ts';

/** Files from here on are cut on the main thread, and their chunks dealt to all: one file keeps every processor busy. */
export const minimumToSplit = 32n * 1024n * 1024n;

interface LargeFile {
  readonly context: ArchiveContext;
  readonly entry: SourceEntry;
  readonly fd: number;
  /** As it was found. */
  readonly stats: EntryStats;
  readonly attributes: readonly ExtendedAttribute[];
}

/** Resolves when the file has been cut; its chunks are stored later. Throws `SourceFault`. */
export async function saveLarge(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): Promise<PendingNode> {
  const attributes = attributesOf(context, entry, 'read later');
  const file = { context, entry, attributes, stats, fd: openFile(entry) };
  context.opened.add(file.fd);
  context.hardLinks.begin(stats);
  try {
    const chunks = await cut(file, context.cutter);
    return { pending: finish(file, chunks) };
  } catch (error) {
    end(file);
    throw error;
  }
}

async function cut({ context, entry, fd }: LargeFile, reader: FileReader): Promise<ChunkList> {
  const stats = statFile(fd, entry.path);
  const chunks = new ChunkList(stats);
  for (const piece of cutsOf(reader, openFileOf(fd, entry.path, stats))) {
    await deal({ context, entry, fd, chunks }, piece);
    await context.crew.pause();
  }
  return chunks;
}

interface Dealing extends Pick<LargeFile, 'context' | 'entry' | 'fd'> {
  readonly chunks: ChunkList;
}

async function deal({ context, entry, fd, chunks }: Dealing, { at, length, bytes }: Cut): Promise<void> {
  if (bytes === undefined) {
    context.tally.add(length);
    chunks.add({ size: length, id: await zeroId(context) });
    return;
  }
  const settle = chunks.expect(length);
  context.crew.add({ kind: 'range', fd, path: entry.path, at, size: length }, settle);
  if (context.crew.isFull) await context.crew.room();
}

/** Chunks in holes are all the same one. */
async function zeroId(context: ArchiveContext): Promise<Id> {
  context.zeros ??= context.saveData(zeroChunk());
  return await context.zeros;
}

async function finish(file: LargeFile, chunks: ChunkList): Promise<string | undefined> {
  const { context, entry, attributes } = file;
  try {
    const content = await contentOf(file, chunks);
    const fault = faultOf(entry.path, content);
    if (fault) context.tally.fault(fault);
    const linked = linkedOf(content);
    if (linked) context.hardLinks.remember(linked);
    count(context, content.size);
    return fileJson({ name: entry.name, attributes }, content, context.owners);
  } finally {
    end(file);
  }
}

function end({ context, fd, stats }: LargeFile): void {
  context.hardLinks.end(stats);
  context.opened.close(fd);
}

/** A file that changed meanwhile is read once more, unless it is very large. */
async function contentOf(file: LargeFile, chunks: ChunkList): Promise<FileContent> {
  const first = await chunks.content(file);
  if (!first.changed || first.size > rereadLimit) return first;
  const again = await cut(file, new FileReader(file.context.repository.polynomial));
  return await again.content(file);
}

/** The chunks of a file, in order, while some of them are still being stored. */
class ChunkList {
  readonly #stats: EntryStats;
  readonly #ids: (Id | undefined)[] = [];
  readonly #stored = Promise.withResolvers<void>();
  #waiting = 1;
  #size = 0;
  #torn = false;
  #fault: EntryFault | undefined;

  /** `stats` are those from before the first byte was read. */
  constructor(stats: EntryStats) {
    this.#stats = stats;
  }

  add({ size, id }: { readonly size: number; readonly id: Id }): void {
    this.#ids.push(id);
    this.#size += size;
  }

  /** A chunk of this length, that somebody will store. */
  expect(length: number): (outcome: JobOutcome) => void {
    const place = this.#ids.push(undefined) - 1;
    this.#waiting += 1;
    return ({ id, size, fault }) => {
      this.#ids[place] = id;
      this.#size += size;
      this.#torn ||= size < length;
      this.#fault ??= fault;
      this.#settle();
    };
  }

  /** Throws `SourceFault` when a part could not be read. */
  async content({ fd, entry }: Pick<LargeFile, 'fd' | 'entry'>): Promise<FileContent> {
    this.#settle();
    await this.#stored.promise;
    if (this.#fault) throw new SourceFault(this.#fault);
    const changed = this.#torn || !sameVersion(this.#stats, statFile(fd, entry.path));
    const content = this.#ids.filter((id) => id !== undefined);
    return { stats: this.#stats, content, size: this.#size, skipped: 0, changed };
  }

  #settle(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#stored.resolve();
  }
}
