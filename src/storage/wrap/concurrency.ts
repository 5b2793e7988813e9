import pLimit from 'p-limit';
import type { ObjectStore } from '../store.ts';
import { around, replaced } from './around.ts';

/** Lets so many requests through at once, in the order in which they came. Shared by all stores of one target. */
export interface Gate {
  readonly width: number;
  readonly pass: <T>(run: () => Promise<T>) => Promise<T>;
}

export function createGate(width: number): Gate {
  const limit = pLimit(width);
  return { width, pass: (run) => limit(run) };
}

/** The same store with no more requests at once than the gate lets through. */
export function withConcurrency(store: ObjectStore, gate: Gate): ObjectStore {
  return replaced(
    around(store, (_, run) => gate.pass(run)),
    {
      get facts() {
        return { ...store.facts, concurrency: gate.width };
      },
    },
  );
}
