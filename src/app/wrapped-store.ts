import type { Clock } from '../base/clock.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { RetryNotice, RetryPolicy } from '../storage/wrap/tries.ts';
import type { WrapOptions } from '../storage/wrap/wrap.ts';

export interface Waits {
  readonly clock: Clock;
  /** Ends them. */
  readonly signal: AbortSignal;
  /** Told before each wait for another try. */
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

/** The store as the plan wants it used; one that has nothing to be wrapped in stays as it is. */
export async function wrapped(store: ObjectStore, storage: Storage, waits: Waits): Promise<ObjectStore> {
  if (storage.type === 'local' && storage.limit === undefined) return store;
  const { wrapStore } = await import('../storage/wrap/wrap.ts');
  return wrapStore(store, { ...(await manners(store, storage, waits)), ...(await speedOf(storage, waits)) });
}

/** What is on this machine either works or doesn't: only servers are asked again, and by so many requests at once. */
async function manners(store: ObjectStore, storage: Storage, { clock, signal, onRetry }: Waits): Promise<WrapOptions> {
  if (storage.type === 'local') return {};
  const { createGate } = await import('../storage/wrap/concurrency.ts');
  const { defaultRetry } = await import('../storage/wrap/tries.ts');
  return {
    gate: createGate(storage.connections ?? store.facts.concurrency),
    retry: { policy: policyOf(storage, defaultRetry), clock, signal, ...(onRetry && { onRetry }) },
  };
}

/** Who says how often to try means it from the first request on. */
function policyOf({ retry }: Storage, usual: RetryPolicy): RetryPolicy {
  return retry === undefined ? usual : { ...usual, ...retry, untilFirstAnswer: undefined };
}

async function speedOf({ limit }: Storage, { clock, signal }: Waits): Promise<WrapOptions> {
  if (limit === undefined) return {};
  const { createSpeedLimit } = await import('../storage/wrap/speed.ts');
  return { speed: createSpeedLimit(limit, clock), signal };
}
