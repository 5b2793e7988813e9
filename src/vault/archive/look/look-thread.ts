import { parentPort, workerData } from 'node:worker_threads';
import type { CaptureRules } from '../../../base/capture.ts';
import { createSealer } from '../../format/seal.ts';
import { viewHas } from '../../index/index-view.ts';
import { posixCalls } from '../../posix.ts';
import type { SharedReading } from '../../repository.ts';
import { localOwners } from '../owners.ts';
import { SameFile } from '../same-file.ts';
import type { LookResult, LookRules, LookTask } from './looker.ts';
import { Looker } from './looker.ts';
import { treeReader } from './tree-reader.ts';

/* A thread that compares folders with the parent snapshot. */

export interface LookThreadData extends SharedReading {
  readonly rules: readonly CaptureRules[];
}

/** To the thread; it answers with a `LookResult` for each. */
export interface LookMessage {
  readonly task: LookTask;
  /** Number of the rules. */
  readonly rules: number;
}

// The data is what the crew gives.
const data = workerData as LookThreadData;
const { encrypt, macK, macR } = data.key;
const sealer = createSealer({ encrypt: Buffer.from(encrypt), macK: Buffer.from(macK), macR: Buffer.from(macR) });
const owners = localOwners();
const posix = posixCalls();
const looker = new Looker({
  owners,
  sameFile: new SameFile({ owners, isStored: (id) => viewHas(data.index, 'data', id) }),
  attributes: posix.available ? posix.posix.attributes : undefined,
  readTree: treeReader(data, sealer),
});
const rules = await Promise.all(data.rules.map(made));

parentPort?.on('message', ({ task, rules: number }: LookMessage) => {
  const own = rules[number];
  tell(own === undefined ? task.subfolders.map(() => undefined) : looker.run(task, own));
});

async function made(given: CaptureRules): Promise<LookRules> {
  // What `CaptureRules` says of the module.
  const module = (await import(given.module)) as { readonly rulesFrom: (data: unknown) => LookRules };
  return module.rulesFrom(given.data);
}

function tell(results: readonly LookResult[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
  parentPort?.postMessage(results);
}
