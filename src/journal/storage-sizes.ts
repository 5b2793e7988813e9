import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import { numberOf } from './row.ts';

/** Bytes of all objects in a storage target at an instant. */
export interface StorageSize {
  readonly at: Instant;
  readonly bytes: number;
}

/**
 * What storage targets held, the last figure of each day for some 13 months. Kept beside the events and not proven by
 * their hashes; `rebuild` leaves it as it is.
 */
export interface StorageSizes {
  /** The oldest first. */
  of(storage: string): readonly StorageSize[];
  note(storage: string, size: StorageSize): void;
}

const dayMs = 86_400_000;
const daysKept = 400;

export function storageSizesOf(database: Database): StorageSizes {
  return {
    of: (storage) =>
      database
        .all('SELECT at, bytes FROM storage_sizes WHERE storage = :storage ORDER BY day', { storage })
        .map((row) => ({ at: numberOf(row, 'at'), bytes: numberOf(row, 'bytes') })),
    note: (storage, size) => database.transaction(() => note(database, storage, size)),
  };
}

function note(database: Database, storage: string, { at, bytes }: StorageSize): void {
  const day = Math.floor(at / dayMs);
  database.run('INSERT OR REPLACE INTO storage_sizes (storage, day, at, bytes) VALUES (:storage, :day, :at, :bytes)', {
    storage,
    day,
    at: Math.round(at),
    bytes,
  });
  database.run('DELETE FROM storage_sizes WHERE storage = :storage AND day <= :last', {
    storage,
    last: day - daysKept,
  });
}
