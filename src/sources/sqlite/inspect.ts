import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Inspection } from './inspection.ts';

const source = new URL('./inspection-thread.ts', import.meta.url);
/** With the ending that this file has: `.ts` in the sources, `.js` in the package. */
const thread = new URL(source.href.replace(/\.ts$/, import.meta.url.slice(-3)));

/** Checks a database and counts its rows in a thread, so that locks and progress live on meanwhile. */
export async function inspectInThread(path: string, signal: AbortSignal): Promise<Inspection> {
  signal.throwIfAborted();
  const worker = new Worker(thread, { workerData: path });
  try {
    // What the thread posts; an error in it rejects.
    const [inspection] = (await once(worker, 'message', { signal })) as [Inspection];
    return inspection;
  } finally {
    // Not awaited: a check that is under way in SQLite cannot be broken off, and nobody needs its result.
    void worker.terminate();
  }
}
