import { ftruncateSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import type { MasterKey } from '../format/master-key.ts';
import { release } from '../format/release.ts';
import { createSealer } from '../format/seal.ts';
import { BlobOpener } from '../pack/blob-opener.ts';
import type { PackBytes } from '../pack/pack-bytes.ts';
import { openPackFile, ReadMemory } from '../pack/pack-bytes.ts';
import type { PosixState } from '../posix.ts';
import { posixCalls } from '../posix.ts';
import type { MetadataContext } from './context.ts';
import { applyToOpen, modeFor } from './metadata.ts';
import { NewFileFacts } from './new-file-facts.ts';
import { openNewFile } from './new-file.ts';
import { statAt } from './stat-at.ts';
import { writeSparse } from './write-sparse.ts';
import type { BlobUse, PackRead, Use, WholeFile, WriteResult, WriteTask } from './write-task.ts';

export interface FileWriterOptions {
  readonly key: MasterKey;
  /** Of the store; undefined: the bytes of packs come with the tasks. */
  readonly folder: string | undefined;
  readonly asRoot: boolean;
  readonly overwrite: 'never' | 'always';
}

interface Report {
  readonly failed: number[];
  readonly metadata: { number: number; detail: string }[];
}

/** Writes files from parts of packs, in one thread. It yields the number of each thing that is done. */
export class FileWriter {
  readonly #options: FileWriterOptions;
  readonly #opener: BlobOpener;
  readonly #memory = new ReadMemory();
  readonly #calls: PosixState = posixCalls();
  readonly #facts = new NewFileFacts();

  constructor(options: FileWriterOptions) {
    this.#options = options;
    this.#opener = new BlobOpener(createSealer(options.key));
  }

  /** Throws no fault of an entry: what goes wrong is in the result, for somebody else to try again and explain. */
  *write(task: WriteTask): Generator<number, WriteResult> {
    const report: Report = { failed: [], metadata: [] };
    for (const read of task.reads) {
      const { offset, blobs } = read;
      const bytes = this.#read(read);
      const contents = this.#opener.contents(blobs, { offset, bytes: bytes ?? nothing });
      for (const blob of blobs) yield* this.#writeUses(blob, contents.next().value ?? undefined, report);
      // What came with the task is needed no more.
      if (read.bytes !== undefined && bytes !== undefined) release(bytes);
    }
    return report;
  }

  /** Undefined when the pack can't be read; parts that are missing show in the blobs. */
  #read({ pack, offset, length, bytes }: PackRead): Buffer | undefined {
    const { folder } = this.#options;
    if (folder === undefined) return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let file: PackBytes | undefined;
    try {
      file = openPackFile(folder, pack, this.#memory);
      return file.read(offset, length);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return undefined;
    } finally {
      file?.close();
    }
  }

  *#writeUses(blob: BlobUse, content: Buffer | undefined, report: Report): Generator<number, void> {
    for (const use of blob.uses) {
      if (content !== undefined && this.#succeeds(use, content, report)) yield use.number;
      else report.failed.push(use.number);
    }
  }

  #succeeds(use: Use, content: Buffer, report: Report): boolean {
    try {
      if ('fd' in use) writeSparse(use.fd, content, use.at);
      else this.#writeWhole(use, content, report);
      return true;
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return false;
    }
  }

  #writeWhole(whole: WholeFile, content: Buffer, report: Report): void {
    const { folder, name } = whole;
    const place: BytePath = folder.prefix + name;
    // What stands there is replaced with more care than here; `publish` would find it only after all the work.
    if (this.#options.overwrite === 'always' && statAt(place) !== undefined) throw taken();
    const mode = modeFor(this.#options, whole.node) & 0o777;
    const file = openNewFile(this.#calls, folder.self, mode);
    try {
      writeSparse(file.fd, content, 0);
      if (content.at(-1) === 0) ftruncateSync(file.fd, content.length);
      const context = { ...this.#context(whole, report), known: this.#facts.of(folder, file, mode) };
      applyToOpen(context, { node: whole.node, path: '' }, file.fd);
      file.publish(place);
    } finally {
      file.close();
    }
  }

  #context({ number, folder: { inherits } }: WholeFile, report: Report): MetadataContext {
    const tally = { fault: ({ detail }: { detail: string }) => report.metadata.push({ number, detail }) };
    return { calls: this.#calls, asRoot: this.#options.asRoot, inherits, tally };
  }
}

const nothing = Buffer.alloc(0);

function taken(): Error {
  return Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
}
