import type { Instant } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { Id, Repository } from '../repository.ts';

/**
 * Until when everything that a snapshot needs must be locked: `for` after it was written, by the clock of the store, which
 * also decides when a lock has ended. Undefined: the store locks nothing. Throws `snapshot-missing`.
 */
export async function promisedUntil(
  { store, objects }: Pick<Repository, 'store' | 'objects'>,
  snapshot: Id,
): Promise<Instant | undefined> {
  const { immutable } = store.facts;
  if (immutable === undefined) return undefined;
  for await (const { id, modifiedAt } of objects.list('snapshots'))
    // Stores tell whole seconds, and may have cut them off.
    if (id === snapshot && modifiedAt !== undefined) return modifiedAt + 1000 + immutable.for;
  throw new MusterError(`${store.description} has no snapshot ${snapshot.slice(0, 8)}, or does not say since when`, {
    code: 'snapshot-missing',
    hint: 'List the backups to see which there are.',
  });
}
