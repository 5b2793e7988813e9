import { workerData } from 'node:worker_threads';
import { serveTasks } from '../worker/serve-tasks.ts';
import type { FileWriterOptions } from './file-writer.ts';
import { FileWriter } from './file-writer.ts';
import type { WriteTask } from './write-task.ts';

// The data and the tasks are what `writeFiles` gives.
const data = workerData as FileWriterOptions & { readonly stop: Int32Array };
const writer = new FileWriter(data);
serveTasks(data.stop, (task) => writer.write(task as WriteTask));
