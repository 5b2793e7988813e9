import { parentPort } from 'node:worker_threads';

/**
 * In a thread of a crew: answers each message, which is a task, with the result of the work on it. The work is left off
 * when `stop` is set; then nobody looks at the answer.
 */
export function serveTasks(stop: Int32Array, work: (task: unknown) => Generator<unknown, unknown>): void {
  parentPort?.on('message', (task: unknown) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
    parentPort?.postMessage(runUntilStopped(stop, work(task)));
  });
}

function runUntilStopped(stop: Int32Array, work: Generator<unknown, unknown>): unknown {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (Atomics.load(stop, 0) !== 0) return work.return(undefined).value;
  }
}
