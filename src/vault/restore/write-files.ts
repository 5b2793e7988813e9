import { runCrew } from '../worker/crew.ts';
import { extraThreads, startThreads } from '../worker/thread.ts';
import type { Id } from '../repository.ts';
import type { RestoreContext } from './context.ts';
import { faultOf } from './entry-refused.ts';
import type { FileInWork } from './file-in-work.ts';
import { FileWriter } from './file-writer.ts';
import type { FolderInWork } from './folder-in-work.ts';
import type { PlannedTask } from './plan-tasks.ts';
import { planTasks } from './plan-tasks.ts';
import { restoreLeaf } from './restore-leaf.ts';
import type { FilePiece } from './restore-walk.ts';
import { RestoreWalk } from './restore-walk.ts';
import { buffersIn, withBytes } from './task-bytes.ts';
import type { SafeEntry } from './tree-walk.ts';
import type { WriteResult } from './write-task.ts';

type Task = PlannedTask<FilePiece>;

/** Tasks that must be waiting before threads are worth their start. */
export const usualThreadsFrom = 3;

const thread = new URL('./write-thread.ts', import.meta.url);

/** Writes everything below a tree: folders, links and devices one after the other, files on all processors. */
export class RestoreWork {
  files = 0;
  bytes = 0;
  readonly #context: RestoreContext;
  readonly #walk: RestoreWalk;
  readonly #open = new Set<FileInWork>();
  /** Files that did not come out well. */
  readonly #again: FileInWork[] = [];

  constructor(context: RestoreContext) {
    this.#context = context;
    this.#walk = new RestoreWalk(context, {
      begun: (file) => this.#open.add(file),
      planned: (file) => this.#release(file),
      restoreWhole: (folder, entry) => this.#restoreWhole(folder, entry),
    });
  }

  async run(tree: Id, threadsFrom: number): Promise<void> {
    try {
      await this.#walk.start(tree);
      await this.#runCrew(threadsFrom);
      await this.#repeat();
    } finally {
      for (const file of this.#open) file.close();
      this.#walk.close();
    }
  }

  async #runCrew(threadsFrom: number): Promise<void> {
    const { repository, asRoot, request, tally } = this.#context;
    const options = { ...repository.packAccess, asRoot, overwrite: request.overwrite };
    const writer = new FileWriter(options);
    const tasks = withBytes(repository.store, (gap) => this.#tasks(gap));
    await runCrew<Task, WriteResult, number>({
      threadsFrom,
      startThreads: (stop) => startThreads(thread, extraThreads(), { ...options, stop }),
      next: async () => (await tasks.next()).value,
      messageOf: ({ task }) => ({ message: task, transfer: buffersIn(task) }),
      work: ({ task }) => writer.write(task),
      onStep: ({ pieces }, number) => this.#succeeded(pieces[number]),
      onResult: async ({ pieces }, result) => {
        this.#settle(pieces, result);
        await this.#repeat();
      },
      check: () => tally.signal.throwIfAborted(),
    });
  }

  async *#tasks(gap: number): AsyncGenerator<Task, undefined> {
    for (let window = await this.#walk.nextWindow(); window !== undefined; window = await this.#walk.nextWindow())
      yield* planTasks(window, gap);
  }

  #settle(pieces: readonly FilePiece[], { failed, metadata }: WriteResult): void {
    for (const { number, detail } of metadata) this.#addFault(pieces[number], detail);
    for (const number of failed) this.#failed(pieces[number]);
    for (const piece of pieces) this.#succeeded(piece);
  }

  #addFault(piece: FilePiece | undefined, detail: string): void {
    if (piece !== undefined) this.#context.tally.fault({ path: piece.file.entry.path, kind: 'metadata', detail });
  }

  #succeeded(piece: FilePiece | undefined): void {
    if (piece === undefined || piece.settled) return;
    piece.settled = true;
    piece.file.bytes += piece.size;
    this.#context.tally.add(piece.size);
    this.#release(piece.file);
  }

  #failed(piece: FilePiece | undefined): void {
    if (piece === undefined || piece.settled) return;
    piece.settled = true;
    piece.file.failed = true;
    this.#release(piece.file);
  }

  #release(file: FileInWork): void {
    if (!file.release()) return;
    const complete = file.complete(this.#context);
    file.close();
    this.#open.delete(file);
    if (!complete) return void this.#again.push(file);
    this.#count(file.entry);
    file.folder.release();
  }

  /** One after the other, and with a look at everything that can be wrong: what is lost, or in the way, or refused. */
  async #repeat(): Promise<void> {
    const { tally } = this.#context;
    for (let file = this.#again.shift(); file !== undefined; file = this.#again.shift()) {
      tally.add(-file.bytes);
      try {
        await this.#restoreWhole(file.folder, file.entry);
      } catch (error) {
        tally.fault(faultOf(file.entry.path, error));
      }
      file.folder.release();
    }
  }

  async #restoreWhole(folder: FolderInWork, entry: SafeEntry): Promise<void> {
    const { inherits } = folder.place();
    await restoreLeaf({ ...this.#context, inherits }, folder.enter(), entry);
    this.#count(entry);
  }

  #count({ node }: SafeEntry): void {
    this.files += 1;
    this.bytes += node.size;
    this.#context.tally.done();
  }
}
