import { parentPort, workerData } from 'node:worker_threads';
import { inspect } from './inspection.ts';

// The data is what `inspectInThread` gives.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
parentPort?.postMessage(inspect(workerData as string));
