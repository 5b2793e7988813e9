import { ftruncateSync } from 'node:fs';
import { codeOf } from '../../base/error.ts';
import type { RestoreContext } from './context.ts';
import type { FolderInWork } from './folder-in-work.ts';
import { applyToOpen } from './metadata.ts';
import type { NewFile } from './new-file.ts';
import { openNewFile } from './new-file.ts';
import type { SafeEntry } from './tree-walk.ts';

/** A file that is being written in pieces, by whichever thread has one of them. */
export class FileInWork {
  readonly entry: SafeEntry;
  readonly folder: FolderInWork;
  /** Bytes that are there. */
  bytes = 0;
  failed = false;
  /** Planning is one. */
  #unfinished = 1;
  #output: NewFile | undefined;

  constructor(folder: FolderInWork, entry: SafeEntry) {
    this.folder = folder;
    this.entry = entry;
    folder.hold();
  }

  hold(): void {
    this.#unfinished += 1;
  }

  /** True when that was the last piece. */
  release(): boolean {
    this.#unfinished -= 1;
    return this.#unfinished === 0;
  }

  /** Opened at the first piece, for files of several; throws system errors. */
  output(context: RestoreContext): NewFile {
    this.#output ??= openNewFile(context.calls, this.folder.enter().self);
    return this.#output;
  }

  /** Once all pieces are there: gives a file of several its length, its metadata and its name. False when it can't. */
  complete(context: RestoreContext): boolean {
    const output = this.#output;
    if (this.failed || output === undefined) return !this.failed;
    try {
      ftruncateSync(output.fd, this.bytes);
      applyToOpen(context, this.entry, output.fd);
      output.publish(this.folder.enter().child(this.entry.node.name));
      return true;
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return false;
    }
  }

  close(): void {
    this.#output?.close();
    this.#output = undefined;
  }
}
