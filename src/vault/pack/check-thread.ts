import { workerData } from 'node:worker_threads';
import { serveTasks } from '../worker/serve-tasks.ts';
import type { CheckThreadData, PackTask } from './pack-checker.ts';
import { PackChecker } from './pack-checker.ts';

// The data and the tasks are what `checkPacks` gives.
const data = workerData as CheckThreadData;
const checker = new PackChecker(data);
serveTasks(data.stop, (task) => checker.check(task as PackTask));
