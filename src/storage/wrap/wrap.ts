import type { ObjectStore } from '../store.ts';
import { type Gate, withConcurrency } from './concurrency.ts';
import { withLimit } from './limit.ts';
import { withRetry } from './retry.ts';
import type { SpeedLimit } from './speed.ts';
import type { RetryOptions } from './tries.ts';

export interface WrapOptions {
  /** Undefined: nothing is tried again. */
  readonly retry?: RetryOptions | undefined;
  /** One for all stores of a target in this process (`createGate`). */
  readonly gate?: Gate | undefined;
  /** One for all stores of a target in this process (`createSpeedLimit`). */
  readonly speed?: SpeedLimit | undefined;
  /** When it is aborted, nothing waits for the speed limit any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The store as a plan wants it used: tried again, so many requests at once, so fast. A request that waits to be tried again
 * keeps no other from passing; each try pays for its bytes.
 */
export function wrapStore(store: ObjectStore, { retry, gate, speed, signal }: WrapOptions): ObjectStore {
  const slower = speed ? withLimit(store, { speed, signal }) : store;
  const fewer = gate ? withConcurrency(slower, gate) : slower;
  return retry ? withRetry(fewer, retry) : fewer;
}
