import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Inspection } from './inspection.ts';

/** The same file with the ending that this one has: `.ts` in the sources, `.js` in the package. */
const thread = new URL(
  import.meta.url.endsWith('.ts') ? './inspection-thread.ts' : './inspection-thread.js',
  import.meta.url,
);

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
