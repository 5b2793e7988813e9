import type { Clock } from '../base/clock.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { WrapOptions } from '../storage/wrap/wrap.ts';

/** The store as the plan wants it used; one that has nothing to be wrapped in stays as it is. */
export async function wrapped(store: ObjectStore, storage: Storage, clock: Clock): Promise<ObjectStore> {
  if (storage.type === 'local' && storage.limit === undefined) return store;
  const { wrapStore } = await import('../storage/wrap/wrap.ts');
  return wrapStore(store, { ...(await manners(store, storage, clock)), speed: await speedOf(storage, clock) });
}

/** What is on this machine either works or doesn't: only servers are asked again, and by so many requests at once. */
async function manners(store: ObjectStore, storage: Storage, clock: Clock): Promise<WrapOptions> {
  if (storage.type === 'local') return {};
  const { createGate } = await import('../storage/wrap/concurrency.ts');
  const { defaultRetry } = await import('../storage/wrap/tries.ts');
  return {
    gate: createGate(storage.connections ?? store.facts.concurrency),
    retry: { policy: { ...defaultRetry, ...storage.retry }, clock },
  };
}

async function speedOf({ limit }: Storage, clock: Clock): Promise<WrapOptions['speed']> {
  if (limit === undefined) return undefined;
  const { createSpeedLimit } = await import('../storage/wrap/speed.ts');
  return createSpeedLimit(limit, clock);
}
