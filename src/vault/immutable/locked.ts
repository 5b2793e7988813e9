import type { Instant } from '../../base/clock.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { objectName, type ObjectKind } from '../format/names.ts';
import type { Id } from '../id.ts';
import { ahead } from '../worker/ahead.ts';

export interface LockQuestion {
  readonly kind: ObjectKind;
  readonly ids: Iterable<Id>;
  readonly now: Instant;
}

/** Those that can't be removed now, with the end of their lock. What is remembered as locked costs no request: locks only grow. */
export async function lockedAmong(
  { locks, facts }: ObjectStore,
  { kind, ids, now }: LockQuestion,
): Promise<ReadonlyMap<Id, Instant>> {
  const locked = new Map<Id, Instant>();
  if (locks === undefined) return locked;
  const load = async (id: Id): Promise<readonly [Id, Instant]> => {
    const name = objectName(kind, id);
    const known = locks.known?.(name) ?? 0;
    return [id, known > now ? known : ((await locks.lockedUntil(name)) ?? 0)];
  };
  for await (const [id, until] of ahead(ids, { load, atOnce: facts.concurrency }))
    if (until > now) locked.set(id, until);
  return locked;
}
