import type { Worker } from 'node:worker_threads';
import type { ClaimedIds } from '../index/claimed-ids.ts';
import type { PackReceiver } from '../pack/pack-receiver.ts';
import type { PackMessage } from '../pack/thread-packs.ts';
import type { SharedWriting } from '../repository.ts';
import { startThread } from '../worker/thread.ts';
import type { Job, JobOutcome } from './file-job.ts';
import { packJobs, unpackOutcomes } from './job-batch.ts';
import type { BatchOutcome, FileThreadData, JobBatch } from './file-thread.ts';

export interface GivenJob {
  readonly job: Job;
  readonly done: (outcome: JobOutcome) => void;
}

export interface FileThreadOptions {
  readonly sharing: SharedWriting;
  readonly level: number | undefined;
  readonly claimed: ClaimedIds;
  /** Called after the outcomes were given to those who wait for them. */
  readonly onOutcomes: (batch: BatchOutcome) => void;
  readonly onFault: (error: unknown) => void;
}

/** A thread that reads files, as the main thread sees it. */
export class FileThread {
  readonly #options: FileThreadOptions;
  readonly #worker: Worker;
  readonly #receiver: PackReceiver;
  readonly #batches: (readonly GivenJob[])[] = [];
  #idle: (() => void) | undefined;
  #stopped = false;

  constructor(options: FileThreadOptions) {
    this.#options = options;
    const { sharing, level, claimed } = options;
    this.#receiver = sharing.receiver();
    const { key, polynomial, index } = sharing;
    const { memory } = this.#receiver;
    const data: FileThreadData = { key, polynomial, level, index, claimed: claimed.tables, memory };
    this.#worker = startThread(new URL('./file-thread.ts', import.meta.url), data);
    this.#worker.on('message', (message: PackMessage | BatchOutcome) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`a thread that reads files ended with ${code}`)));
  }

  /** Batches that it has not answered yet. */
  get batches(): number {
    return this.#batches.length;
  }

  give(jobs: readonly GivenJob[]): void {
    this.send({ jobs: packJobs(jobs.map(({ job }) => job)), table: undefined, last: false }, jobs);
  }

  send(batch: JobBatch, jobs: readonly GivenJob[]): void {
    this.#batches.push(jobs);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
    this.#worker.postMessage(batch);
  }

  /** Its last pack is written when it resolves, and on its way to become durable. */
  async finish(): Promise<void> {
    const idle = new Promise<void>((resolve) => (this.#idle = resolve));
    this.send({ jobs: undefined, table: undefined, last: true }, []);
    await idle;
    await this.#receiver.idle();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker.terminate();
    await this.#receiver.stop();
  }

  #receive(message: PackMessage | BatchOutcome): void {
    if (this.#stopped) return;
    if (message.kind === 'outcomes') this.#settle(message);
    else this.#receiver.receive(message).catch((error: unknown) => this.#fail(error));
  }

  #settle(batch: BatchOutcome): void {
    const jobs = this.#batches.shift() ?? [];
    try {
      for (const [i, outcome] of unpackOutcomes(batch.outcomes).entries()) jobs[i]?.done(outcome);
      this.#options.onOutcomes(batch);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#batches.length === 0) this.#idle?.();
  }

  #fail(error: unknown): void {
    if (!this.#stopped) this.#options.onFault(error);
    this.#idle?.();
  }
}
