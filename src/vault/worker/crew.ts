import { setImmediate } from 'node:timers/promises';
import type { TransferListItem, Worker } from 'node:worker_threads';

/** Tasks that a thread has at a time: one under way, one that it can begin at once. */
const handed = 2;

/** How long the main thread works on a task of its own before it looks after everything else. */
const sliceMs = 5;

export interface CrewOptions<Task, Result, Step = void> {
  /** How many tasks must be waiting before threads are worth their start. */
  readonly threadsFrom: number;
  /** `stop` goes to `serveTasks` in each of them. */
  readonly startThreads: (stop: Int32Array) => readonly Worker[];
  /** The next task; undefined when there is no more. */
  readonly next: () => Promise<Task | undefined>;
  /** What a thread gets; what is in `transfer` is gone here afterwards. */
  readonly messageOf: (task: Task) => { readonly message: unknown; readonly transfer: readonly TransferListItem[] };
  /** What the main thread does with a task. It may be left off at each `yield`. */
  readonly work: (task: Task) => Generator<Step, Result>;
  /** What the main thread's own work yields; in threads nobody looks at it. */
  readonly onStep?: (task: Task, step: Step) => void;
  readonly onResult: (task: Task, result: Result) => void | Promise<void>;
  /** Called at every step; throws to end everything. */
  readonly check: () => void;
}

/**
 * Deals tasks to threads and to the main thread, which is one more of the crew and works in slices of milliseconds.
 * Resolves when the last result was taken; throws the first fault, once no thread is at work any more.
 */
export async function runCrew<Task, Result, Step>(options: CrewOptions<Task, Result, Step>): Promise<void> {
  const crew = new Crew(options);
  try {
    while (await crew.turn());
  } finally {
    await crew.end();
  }
}

interface Thread<Task> {
  readonly worker: Worker;
  readonly tasks: Task[];
}

class Crew<Task, Result, Step> {
  readonly #options: CrewOptions<Task, Result, Step>;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #threads: readonly Thread<Task>[] = [];
  readonly #ready: Task[] = [];
  #ended = false;
  readonly #results: { readonly task: Task; readonly result: Result }[] = [];
  #fault: { readonly error: unknown } | undefined;
  #filling: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(options: CrewOptions<Task, Result, Step>) {
    this.#options = options;
  }

  /** False when everything is done. */
  async turn(): Promise<boolean> {
    this.#check();
    await this.#takeResults();
    await this.#fill();
    this.#dealOut();
    const own = this.#ready.shift();
    if (own !== undefined) return await this.#workOn(own);
    if (this.#results.length === 0 && this.#awaitsAnything()) await this.#woken();
    return this.#awaitsAnything() || this.#results.length > 0 || this.#fault !== undefined;
  }

  /** What threads are at comes to an end before the files and folders are closed that they use. */
  async end(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    while (this.#busy() && this.#fault === undefined) await this.#woken();
    await this.#filling;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
    this.#options.check();
  }

  #busy(): boolean {
    return this.#threads.some(({ tasks }) => tasks.length > 0);
  }

  async #takeResults(): Promise<void> {
    for (let next = this.#results.shift(); next !== undefined; next = this.#results.shift())
      await this.#options.onResult(next.task, next.result);
  }

  #awaitsAnything(): boolean {
    return this.#busy() || this.#filling !== undefined;
  }

  async #woken(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** What takes longer, as over a network, goes on while the main thread has other work. */
  async #fill(): Promise<void> {
    this.#filling ??= this.#fillUp()
      .catch((error: unknown) => this.#onFault(error))
      .finally(() => this.#filled());
    await Promise.race([this.#filling, setImmediate()]);
  }

  #filled(): void {
    this.#filling = undefined;
    this.#wake();
  }

  /** Enough for every thread to get new work while the main thread is at a task of its own. */
  async #fillUp(): Promise<void> {
    const enough = 1 + this.#options.threadsFrom + this.#threads.length * handed;
    while (!this.#ended && this.#ready.length < enough) {
      const task = await this.#options.next();
      if (task === undefined) this.#ended = true;
      else this.#ready.push(task);
      this.#startIfWorthIt();
      this.#dealOut();
      this.#wake();
    }
  }

  #startIfWorthIt(): void {
    const { threadsFrom } = this.#options;
    if (this.#threads.length === 0 && this.#ready.length > 0 && this.#ready.length >= threadsFrom) this.#start();
  }

  #start(): void {
    this.#threads = this.#options.startThreads(this.#stop).map((worker) => ({ worker, tasks: [] }));
    for (const thread of this.#threads) {
      thread.worker.on('message', (result: Result) => this.#onMessage(thread, result));
      thread.worker.on('error', (error) => this.#onFault(error));
    }
  }

  #onMessage(thread: Thread<Task>, result: Result): void {
    const task = thread.tasks.shift();
    if (task !== undefined) this.#results.push({ task, result });
    if (this.#stop[0] === 0) this.#dealTo(thread);
    this.#wake();
  }

  #onFault(error: unknown): void {
    this.#fault ??= { error };
    this.#wake();
  }

  #dealOut(): void {
    for (const thread of this.#threads) this.#dealTo(thread);
  }

  #dealTo({ worker, tasks }: Thread<Task>): void {
    for (let task: Task | undefined; tasks.length < handed && (task = this.#ready.shift()) !== undefined;) {
      const { message, transfer } = this.#options.messageOf(task);
      tasks.push(task);
      worker.postMessage(message, transfer);
    }
  }

  async #workOn(task: Task): Promise<boolean> {
    const work = this.#options.work(task);
    try {
      for (;;) {
        const step = this.#workASlice(task, work);
        if (step.done === true) {
          this.#results.push({ task, result: step.value });
          return true;
        }
        await setImmediate();
      }
    } finally {
      // Closes what it has open when it is left off. Nobody takes this result.
      work.return(undefined as Result);
    }
  }

  #workASlice(task: Task, work: Generator<Step, Result>): IteratorResult<Step, Result> {
    const until = performance.now() + sliceMs;
    for (;;) {
      this.#check();
      const step = work.next();
      if (step.done === true) return step;
      this.#options.onStep?.(task, step.value);
      if (performance.now() > until) return step;
    }
  }
}
