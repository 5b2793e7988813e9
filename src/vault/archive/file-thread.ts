import { parentPort, workerData } from 'node:worker_threads';
import { createCompressor } from '../format/compressor.ts';
import type { MasterKey } from '../format/master-key.ts';
import { createSealer } from '../format/seal.ts';
import { ClaimedIds } from '../index/claimed-ids.ts';
import type { IndexView } from '../index/index-view.ts';
import type { PieceMemory } from '../pack/pieces.ts';
import type { PackMessage } from '../pack/thread-packs.ts';
import { ThreadPacks } from '../pack/thread-packs.ts';
import { FileReader } from './cut-file.ts';
import type { Job, JobOutcome, JobTools } from './file-job.ts';
import { runJob } from './file-job.ts';
import type { PackedJobs, PackedOutcomes } from './job-batch.ts';
import { packOutcomes, unpackJobs } from './job-batch.ts';
import { localOwners } from './owners.ts';

/* A thread that reads files and stores what is new of them in packs of its own. */

export interface FileThreadData {
  readonly key: MasterKey;
  readonly polynomial: bigint;
  /** Of zstd; undefined: new data is not compressed. */
  readonly level: number | undefined;
  readonly index: IndexView;
  readonly claimed: readonly SharedArrayBuffer[];
  readonly memory: PieceMemory;
}

/** To the thread. */
export interface JobBatch {
  readonly jobs: PackedJobs | undefined;
  /** A new table of claimed ids. */
  readonly table: SharedArrayBuffer | undefined;
  /** Hand over the pack that is open. */
  readonly last: boolean;
}

/** From the thread: messages about packs, and one of these for each batch. */
export interface BatchOutcome {
  readonly kind: 'outcomes';
  readonly outcomes: PackedOutcomes;
  readonly read: number;
  /** New bytes, before and after compression. */
  readonly fresh: number;
  readonly stored: number;
}

// The data is what the crew gives.
const data = workerData as FileThreadData;
const tools: JobTools = { reader: new FileReader(data.polynomial), owners: localOwners() };
const claimed = new ClaimedIds(data.claimed);
const packs = new ThreadPacks({
  sealer: createSealer(buffersOf(data.key)),
  compressor: data.level === undefined ? undefined : createCompressor(data.level),
  index: data.index,
  claimed,
  memory: data.memory,
  tell,
});

parentPort?.on('message', (batch: JobBatch) => {
  if (batch.table) claimed.use(batch.table);
  const counts = { read: 0, fresh: 0, stored: 0 };
  const outcomes = (batch.jobs === undefined ? [] : unpackJobs(batch.jobs)).map((job) => run(job, counts));
  if (batch.last) packs.end();
  tell({ kind: 'outcomes', outcomes: packOutcomes(outcomes), ...counts });
});

function run(job: Job, counts: { read: number; fresh: number; stored: number }): JobOutcome {
  const steps = runJob(tools, received(job));
  // The first call takes nothing.
  for (let step = steps.next(''); ;) {
    if (step.done) return step.value;
    const plain = step.value;
    const { id, stored } = packs.save(plain);
    counts.read += plain.length;
    counts.fresh += stored > 0 ? plain.length : 0;
    counts.stored += stored;
    step = steps.next(id);
  }
}

/** Buffers arrive as plain arrays of bytes. */
function received(job: Job): Job {
  if (job.kind === 'range' || job.attributes.length === 0) return job;
  return { ...job, attributes: job.attributes.map(({ name, value }) => ({ name, value: Buffer.from(value) })) };
}

function tell(message: PackMessage | BatchOutcome): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
  parentPort?.postMessage(message);
}

function buffersOf({ encrypt, macK, macR }: MasterKey): MasterKey {
  return { encrypt: Buffer.from(encrypt), macK: Buffer.from(macK), macR: Buffer.from(macR) };
}
