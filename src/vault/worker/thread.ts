import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Threads that work beside the main one, which works too: together as many as there are processors. */
export function extraThreads(): number {
  return Math.min(availableParallelism(), mostThreads) - 1;
}

/** With more, the disk and the main thread are what everything waits for. */
const mostThreads = 8;

/** The ending of this very file: `.ts` in the sources, `.js` in an installed package. */
const ending = import.meta.url.slice(-3);

/** `startThreads(new URL('./check-thread.ts', import.meta.url), count, data)`; `data` is copied for each. */
export function startThreads(module: URL, count: number, data: object): readonly Worker[] {
  return Array.from({ length: count }, () => startThread(module, data));
}

export function startThread(module: URL, data: object): Worker {
  return new Worker(new URL(module.href.replace(/\.ts$/, ending)), {
    workerData: data,
    // Files that a thread opens may be closed by another.
    trackUnmanagedFds: false,
    // What outlives a piece of work is little; a large nursery is memory that is only ever garbage.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
}
