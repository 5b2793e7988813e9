import pLimit from 'p-limit';
import { codeOf } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import { inFlight } from '../pack/in-flight.ts';
import { ownBytes } from '../pack/own-bytes.ts';
import { isDamage } from '../tree/load.ts';
import { ahead } from '../worker/ahead.ts';
import type { Piece, PlannedTask } from './plan-tasks.ts';
import { remoteGap, smallGap } from './plan-tasks.ts';
import type { PackRead, WriteTask } from './write-task.ts';

/**
 * The tasks, which are planned with the gap that suits the store. In a store that threads can't read, the bytes are fetched
 * ahead of need and go with the tasks. Throws what the store throws when it can't be reached.
 */
export function withBytes<P extends Piece>(
  store: Pick<ObjectStore, 'facts' | 'get'>,
  tasks: (gap: number) => AsyncGenerator<PlannedTask<P>, undefined>,
): AsyncGenerator<PlannedTask<P>, undefined> {
  if (store.facts.folder !== undefined) return tasks(smallGap);
  const request = pLimit(store.facts.concurrency);
  const load = async (planned: PlannedTask<P>): Promise<PlannedTask<P>> => {
    const { task, pieces } = planned;
    await Promise.all(task.reads.map((read) => request(() => fetchInto(store, read))));
    return { task, pieces };
  };
  return ahead(tasks(remoteGap), { load, sizeOf: ({ task }) => bytesOf(task), ...inFlight(store) });
}

/** Those of the reads, to be handed over. */
export function buffersIn({ reads }: WriteTask): readonly ArrayBuffer[] {
  return reads.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes.buffer]));
}

function bytesOf({ reads }: WriteTask): number {
  return reads.reduce((sum, { length }) => sum + length, 0);
}

/** What is lost stays without bytes: whoever restores the file again finds out what is wrong. */
async function fetchInto(store: Pick<ObjectStore, 'get'>, read: PackRead): Promise<void> {
  const { pack, offset, length } = read;
  try {
    read.bytes = ownBytes(await store.get(objectName('data', pack), { offset, length }));
  } catch (error) {
    if (codeOf(error) !== 'object-missing' && !isDamage(error)) throw error;
  }
}
