import { codeOf } from '../../base/error.ts';
import type { BlobLocation, Id } from '../repository.ts';
import type { RestoreContext } from './context.ts';
import { faultOf } from './entry-refused.ts';
import { FileInWork } from './file-in-work.ts';
import { FolderInWork } from './folder-in-work.ts';
import type { Piece } from './plan-tasks.ts';
import { statAt } from './stat-at.ts';
import { isWanted } from './survey.ts';
import { TargetFolder } from './target-folder.ts';
import { entriesIn } from './tree-walk.ts';
import type { SafeEntry } from './tree-walk.ts';
import type { Use } from './write-task.ts';

/** A piece of a file, or all of it. */
export interface FilePiece extends Piece {
  readonly file: FileInWork;
  /** In the file. */
  readonly size: number;
  settled: boolean;
}

/** What happens to files as the walk meets them. */
export interface FileHandling {
  begun(file: FileInWork): void;
  /** Puts a file at its place, or throws why it can't. */
  restoreWhole(folder: FolderInWork, entry: SafeEntry): Promise<void>;
  /** Nothing more of the file is to come. */
  planned(file: FileInWork): void;
}

/** How much is looked at before it is put in the order of the packs: it is in memory, and its folders are open. */
const windowPieces = 2048;
const windowBytes = 2 ** 25;
const windowFolders = 64;
/** Blobs that are longer come from no honest writer, or are not data. */
const usualLength = 2 ** 24;

interface Level {
  readonly folder: FolderInWork;
  readonly entries: readonly SafeEntry[];
  next: number;
}

/** A file of which not all pieces have been planned. */
interface Cursor {
  readonly file: FileInWork;
  next: number;
  at: number;
}

/**
 * Walks the tree of a restore, a window at a time. Folders, links and devices are made on the way; files whose content
 * is all in the index become pieces.
 */
export class RestoreWalk {
  readonly #context: RestoreContext;
  readonly #handling: FileHandling;
  readonly #levels: Level[] = [];
  /** Folders of which something may not be finished. */
  readonly #open = new Set<FolderInWork>();
  #cursor: Cursor | undefined;
  #window: FilePiece[] = [];
  #bytes = 0;
  #folders = 0;

  constructor(context: RestoreContext, handling: FileHandling) {
    this.#context = context;
    this.#handling = handling;
  }

  async start(tree: Id): Promise<void> {
    const target = new TargetFolder(this.#context, { path: '/' });
    await this.#descend(
      new FolderInWork({ context: this.#context, target, becomes: false, onDone: this.#onDone }),
      tree,
    );
  }

  /** The next pieces, never none; undefined at the end. */
  async nextWindow(): Promise<readonly FilePiece[] | undefined> {
    [this.#window, this.#bytes, this.#folders] = [[], 0, 0];
    while (!this.#isFull()) {
      if (this.#cursor !== undefined) this.#planPiece(this.#cursor);
      else if (!(await this.#step())) break;
    }
    return this.#window.length === 0 ? undefined : this.#window;
  }

  #isFull(): boolean {
    if (this.#window.length === 0) return false;
    return this.#window.length >= windowPieces || this.#bytes >= windowBytes || this.#folders >= windowFolders;
  }

  /** Lets go of everything, finished or not. */
  close(): void {
    for (const { target } of this.#open) target.close();
  }

  /** One entry; false at the end. */
  async #step(): Promise<boolean> {
    const level = this.#levels.at(-1);
    if (level === undefined) return false;
    const entry = level.entries[level.next];
    level.next += 1;
    if (entry === undefined) this.#ascend(level);
    else await this.#visitOrFault(level.folder, entry);
    return true;
  }

  #ascend({ folder }: Level): void {
    this.#levels.pop();
    folder.release();
  }

  async #descend(folder: FolderInWork, tree: Id): Promise<void> {
    const { repository, tally } = this.#context;
    this.#folders += 1;
    this.#open.add(folder);
    const entries = await entriesIn(repository, { path: folder.target.path, tree }, (fault) => tally.fault(fault));
    this.#levels.push({ folder, entries, next: 0 });
  }

  readonly #onDone = (folder: FolderInWork): void => void this.#open.delete(folder);

  async #visitOrFault(folder: FolderInWork, entry: SafeEntry): Promise<void> {
    const { tally } = this.#context;
    await tally.breathe();
    try {
      await this.#visit(folder, entry);
    } catch (error) {
      tally.fault(faultOf(entry.path, error));
    }
  }

  async #visit(folder: FolderInWork, entry: SafeEntry): Promise<void> {
    const { node } = entry;
    const wanted = isWanted(this.#context, entry);
    if (node.subtree !== undefined) return await this.#visitFolder(folder, entry, { tree: node.subtree, wanted });
    if (!wanted || node.type === 'socket') return;
    if (this.#isForPieces(folder, entry)) this.#begin(new FileInWork(folder, entry));
    else await this.#handling.restoreWhole(folder, entry);
  }

  #begin(file: FileInWork): void {
    this.#cursor = { file, next: 0, at: 0 };
    this.#handling.begun(file);
  }

  async #visitFolder(
    parent: FolderInWork,
    entry: SafeEntry,
    { tree, wanted }: { readonly tree: Id; readonly wanted: boolean },
  ): Promise<void> {
    const context = this.#context;
    const target = new TargetFolder(context, { path: entry.path, node: entry.node, parent: parent.target });
    const becomes = wanted && context.request.overwrite === 'always' && !context.area.isAbove(entry.path);
    if (wanted) target.enter();
    await this.#descend(new FolderInWork({ context, target, parent, entry, becomes, onDone: this.#onDone }), tree);
  }

  /** Files with content that is nobody else's, where nothing stands. */
  #isForPieces(folder: FolderInWork, { node }: SafeEntry): boolean {
    const { request } = this.#context;
    if (node.type !== 'file') return false;
    if (node.content === undefined || node.content.length === 0) return false;
    if (node.links > 1 && node.inode !== 0n) return false;
    return request.overwrite === 'never' || statAt(folder.enter().child(node.name)) === undefined;
  }

  /** A fault ends the planning of the file; then it is restored as a whole, which also finds out what is wrong. */
  #planPiece(cursor: Cursor): void {
    const { file } = cursor;
    const { content = [], size } = file.entry.node;
    const id = content[cursor.next];
    const location = id === undefined ? undefined : this.#context.repository.locate('data', id);
    if (location !== undefined && fits(file, location)) this.#addPiece(cursor, location);
    else file.failed ||= id !== undefined || cursor.at !== size;
    if (!file.failed && id !== undefined) return;
    this.#cursor = undefined;
    this.#handling.planned(file);
  }

  #addPiece(cursor: Cursor, location: BlobLocation): void {
    const { file, at } = cursor;
    const size = plainLength(location);
    try {
      const use = this.#useOf(file, at);
      file.hold();
      this.#window.push({ location, use, file, size, settled: false });
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      file.failed = true;
    }
    this.#bytes += size;
    cursor.next += 1;
    cursor.at += size;
  }

  #useOf(file: FileInWork, at: number): (number: number) => Use {
    const { node } = file.entry;
    if (node.content?.length !== 1) {
      const { fd } = file.output(this.#context);
      return (number) => ({ number, fd, at });
    }
    const { name, type, mode, uid, gid, mtime, atime, attributes } = node;
    const folder = file.folder.place();
    return (number) => ({ number, folder, name, node: { type, mode, uid, gid, mtime, atime, attributes } });
  }
}

/** False for what must be looked at more closely. */
function fits({ entry: { node } }: FileInWork, location: BlobLocation): boolean {
  const usual = location.length <= usualLength && (location.uncompressedLength ?? 0) <= usualLength;
  return usual && (node.content?.length !== 1 || plainLength(location) === node.size);
}

/** A sealed blob is 32 bytes longer than what it holds. */
function plainLength({ length, uncompressedLength }: BlobLocation): number {
  return uncompressedLength ?? length - 32;
}
