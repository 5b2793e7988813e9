import { MusterError } from '../base/error.ts';
import type { StorageChanges } from '../observe/status.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { State } from './state.ts';

/** How long looking may take while somebody waits for it. */
const patienceMs = 10_000;

/**
 * What somebody has removed or replaced in immutable targets, by name. A target that can't be reached, or takes too long, has
 * nothing to say.
 */
export async function changesIn(state: State): Promise<ReadonlyMap<string, StorageChanges>> {
  const immutable = [...state.plan.storage.values()].filter((storage) => storage.immutable !== undefined);
  const found = await Promise.all(immutable.map((storage) => countUnlessLate(state, storage)));
  return new Map(immutable.flatMap(({ name }, at) => (found[at] === undefined ? [] : [[name, found[at]] as const])));
}

async function countUnlessLate(state: State, storage: Storage): Promise<StorageChanges | undefined> {
  const end = new AbortController();
  const late = state.clock.sleep(patienceMs, end.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([count(await state.stores.open(storage), end.signal), late]);
  } catch (error) {
    if (error instanceof MusterError) return undefined;
    throw error;
  } finally {
    end.abort();
  }
}

async function count(store: ObjectStore, signal: AbortSignal): Promise<StorageChanges | undefined> {
  const { changedObjects } = await import('../vault/immutable/changed.ts');
  const counts = { removed: 0, replaced: 0 };
  for await (const { change } of changedObjects(store)) {
    // Nobody waits for it any more.
    if (signal.aborted) return undefined;
    if (change !== 'planted') counts[change] += 1;
  }
  return counts;
}
