import type { Instant } from '../../base/clock.ts';
import { isLockable, lockSpan } from '../lock-span.ts';
import type { ObjectLocks, ObjectStore, ObjectWriter } from '../store.ts';
import { around, replaced } from './around.ts';

/** Until when objects are locked, as far as it was seen. */
export interface LockMemory {
  until(name: string): Instant | undefined;
  /** Undefined: it is not locked. */
  note(name: string, until: Instant | undefined): void;
}

/**
 * The same store, which remembers the locks that it made or saw, so that `locks.known` can answer without a request. A store
 * that locks nothing stays as it is.
 */
export function rememberLocks(store: ObjectStore, memory: LockMemory, now: () => Instant): ObjectStore {
  const { locks, facts } = store;
  if (locks === undefined || facts.immutable === undefined) return store;
  const span = lockSpan(facts.immutable);
  const noting = async <T>(name: string, write: () => Promise<T>): Promise<T> => {
    const begun = now();
    const result = await write();
    if (isLockable(name) && result !== false) memory.note(name, begun + span);
    return result;
  };
  return replaced(
    around(store, (_, run) => run()),
    {
      put: (name, bytes, holds) => noting(name, () => store.put(name, bytes, holds)),
      putNew: (name, bytes) => noting(name, () => store.putNew(name, bytes)),
      writer: async (holds) => remembering(await store.writer(holds), noting),
      locks: lockMemoryOf(locks, memory),
    },
  );
}

function remembering(
  writer: ObjectWriter,
  noting: (name: string, write: () => Promise<void>) => Promise<void>,
): ObjectWriter {
  return {
    write: (piece) => writer.write(piece),
    commit: (name) => noting(name, () => writer.commit(name)),
    abort: () => writer.abort(),
  };
}

function lockMemoryOf(locks: ObjectLocks, memory: LockMemory): ObjectLocks {
  return {
    known: (name) => memory.until(name),
    lockedUntil: async (name) => {
      const until = await locks.lockedUntil(name);
      memory.note(name, until);
      return until;
    },
    extend: async (name, until) => {
      await locks.extend(name, until);
      memory.note(name, Math.max(until, memory.until(name) ?? until));
    },
  };
}
