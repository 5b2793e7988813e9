import { setImmediate } from 'node:timers/promises';
import type { SharedWriting } from '../repository.ts';
import { ClaimedIds } from '../index/claimed-ids.ts';
import { Queue } from './queue.ts';
import type { Job, JobOutcome } from './file-job.ts';
import { FileThread } from './file-thread-handle.ts';
import type { GivenJob } from './file-thread-handle.ts';
import type { BatchOutcome } from './file-thread.ts';

/** Jobs that may wait: the walk goes no further ahead, so memory does not grow with the source. */
const lookAhead = 256;
/** And so many bytes: what is found far ahead would have left the memory of the system when it is read. */
const lookAheadBytes = 64 * 1024 * 1024;
/** How long the main thread works on before it looks after everything else, in milliseconds. */
const slice = 5;
/** Bytes that any job costs besides those that it reads. */
const costOfJob = 64 * 1024;
/** Threads cost memory and 50 ms; with less to do than this there are none. */
const startCost = 16 * 1024 * 1024;
/** What a thread gets at once: some 10 ms of work, so that it needs no more before the main thread looks again. */
const batchCost = 4 * 1024 * 1024;
/** Below this many waiting jobs a thread that is busy gets none, unless there will be no more. */
const worthSending = 32;

export interface ReadingCrewOptions {
  /** Undefined: the main thread does everything. */
  readonly share: (() => SharedWriting | undefined) | undefined;
  /** Threads besides the main one. */
  readonly threads: number;
  /** Level of zstd for new data; undefined: it is not compressed. */
  readonly level: number | undefined;
  /** Does a job here: at once, or with pauses. */
  readonly run: (job: Job, pause: () => Promise<void> | undefined) => JobOutcome | Promise<JobOutcome>;
  readonly onBatch: (batch: BatchOutcome) => void;
  readonly signal: AbortSignal;
}

/**
 * Deals the files of a backup to threads; the main thread, which walks the tree, works on one itself whenever too many
 * wait. After the first fault every call throws it.
 */
export class ReadingCrew {
  /** What this backup has taken on to store: each of its threads asks here first. */
  readonly claimed: ClaimedIds = new ClaimedIds();
  readonly #options: ReadingCrewOptions;
  readonly #queue = new Queue<GivenJob>();
  readonly #threads: FileThread[] = [];
  /** Of all jobs so far. */
  #cost = 0;
  /** Bytes of those that wait. */
  #waiting = 0;
  #working = false;
  #noMore = false;
  #fault: { readonly error: unknown } | undefined;
  #wake: (() => void)[] = [];
  #since = performance.now();

  constructor(options: ReadingCrewOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** True when a large file is better cut into many jobs. */
  get hasThreads(): boolean {
    return this.#options.threads > 0 && this.#options.share !== undefined;
  }

  /** True while a job waits or is being done: `help` brings it on. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#working || this.#threads.some(({ batches }) => batches > 0);
  }

  /** `done` is called with the outcome, perhaps long after. Whoever adds sees to it that there is room for the next. */
  add(job: Job, done: (outcome: JobOutcome) => void): void {
    this.#check();
    this.#queue.push({ job, done });
    this.#cost += costOf(job);
    this.#waiting += job.size;
    if (this.#cost > startCost && this.#threads.length === 0) this.#startThreads();
    if (this.#queue.length >= worthSending || job.size >= batchCost || this.#noMore) this.#deal();
  }

  /** True when the walk is far enough ahead: `room` comes next. */
  get isFull(): boolean {
    return this.#queue.length > lookAhead || this.#waiting > lookAheadBytes;
  }

  /** Resolves when the walk may go on. */
  async room(): Promise<void> {
    while (this.isFull) await this.help();
  }

  /** Does jobs for a while, or waits for the outcome of one. */
  async help(): Promise<void> {
    this.#check();
    if (this.#working || this.#queue.length === 0) {
      this.#deal();
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    } else await this.#work();
    this.#check();
  }

  /** Works until the promise is settled, and has all packs of the threads handed over then. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settle = (): void => {
      state.settled = true;
      this.#wakeAll();
    };
    promise.then(settle, settle);
    this.#noMore = true;
    this.#deal();
    while (!state.settled) await this.help();
    const result = await promise;
    await Promise.all(this.#threads.map((thread) => thread.finish()));
    this.#check();
    return result;
  }

  /** Lets timers, signals and what threads say have their turn, if it is time for that. */
  pause(): Promise<void> | undefined {
    this.#check();
    return this.#isTime() ? this.#rest() : undefined;
  }

  /** Whoever waits is told, now or when it next asks. */
  fail(error: unknown): void {
    this.#fault ??= { error };
    this.#wakeAll();
  }

  /** Ends the threads, and drops packs that are not whole. */
  async stop(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  readonly #onAbort = (): void => this.fail(this.#options.signal.reason);

  #check(): void {
    this.#options.signal.throwIfAborted();
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #startThreads(): void {
    const { level, onBatch } = this.#options;
    const sharing = this.hasThreads ? this.#options.share?.() : undefined;
    if (sharing === undefined) return;
    this.claimed.grow();
    for (let i = 0; i < this.#options.threads; i += 1) {
      const onOutcomes = (batch: BatchOutcome): void => {
        onBatch(batch);
        this.#deal();
        this.#wakeAll();
      };
      const onFault = (error: unknown): void => this.fail(error);
      this.#threads.push(new FileThread({ sharing, level, claimed: this.claimed, onOutcomes, onFault }));
    }
  }

  #deal(): void {
    const table = this.#threads.length > 0 ? this.claimed.grow() : undefined;
    for (const thread of this.#threads) {
      if (table) thread.send({ jobs: undefined, table, last: false }, []);
      while (this.#queue.length > 0 && this.#wants(thread)) thread.give(this.#takeBatch());
    }
  }

  #wants(thread: FileThread): boolean {
    if (thread.batches === 0) return true;
    return thread.batches === 1 && (this.#noMore || this.#queue.length >= worthSending);
  }

  /** Never all that is there: others want something to do, too. */
  #takeBatch(): GivenJob[] {
    const most = Math.min(64, Math.ceil(this.#queue.length / (this.#threads.length + 1)));
    let count = 0;
    for (let cost = 0; count < most && cost < batchCost; count += 1) cost += costOf(this.#queue.at(count)?.job);
    return this.#take(count);
  }

  #take(count: number): GivenJob[] {
    const taken = this.#queue.take(count);
    for (const { job } of taken) this.#waiting -= job.size;
    return taken;
  }

  /** One job after the other until it is time to look after everything else. */
  async #work(): Promise<void> {
    this.#working = true;
    try {
      do {
        for (const { job, done } of this.#take(1)) {
          const outcome = this.#options.run(job, () => this.pause());
          done(outcome instanceof Promise ? await outcome : outcome);
        }
      } while (this.#queue.length > 0 && !this.#isTime());
    } finally {
      this.#working = false;
      this.#wakeAll();
    }
    if (this.#isTime()) await this.#rest();
  }

  #isTime(): boolean {
    return performance.now() - this.#since >= slice;
  }

  async #rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
    this.#deal();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function costOf(job: Job | undefined): number {
  return costOfJob + (job?.size ?? 0);
}
