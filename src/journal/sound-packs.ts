import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import { numberOf, textOf } from './row.ts';

/**
 * When packs were last read to the last byte and found sound, so that a sample takes first what has waited longest. Kept
 * beside the events and not proven by their hashes; `rebuild` leaves it as it is.
 */
export interface SoundPacks {
  /** By pack, for one storage target. */
  of(storage: string): ReadonlyMap<string, Instant>;
  note(storage: string, packs: Iterable<string>, at: Instant): void;
  /** Forgets those that are no longer in the storage target. */
  keep(storage: string, isThere: (pack: string) => boolean): void;
}

export function soundPacksOf(database: Database): SoundPacks {
  return {
    of: (storage) => readAll(database, storage),
    note: (storage, packs, at) => database.transaction(() => noteAll(database, { storage, packs, at })),
    keep: (storage, isThere) => database.transaction(() => removeOthers(database, storage, isThere)),
  };
}

function readAll(database: Database, storage: string): ReadonlyMap<string, Instant> {
  const known = new Map<string, Instant>();
  const rows = database.iterate('SELECT lower(hex(pack)) AS id, at FROM sound_packs WHERE storage = :storage', {
    storage,
  });
  for (const row of rows) known.set(textOf(row, 'id'), numberOf(row, 'at'));
  return known;
}

interface Noted {
  readonly storage: string;
  readonly packs: Iterable<string>;
  readonly at: Instant;
}

function noteAll(database: Database, { storage, packs, at }: Noted): void {
  for (const id of packs)
    database.run('INSERT OR REPLACE INTO sound_packs (storage, pack, at) VALUES (:storage, :pack, :at)', {
      storage,
      pack: Buffer.from(id, 'hex'),
      at: Math.round(at),
    });
}

function removeOthers(database: Database, storage: string, isThere: (pack: string) => boolean): void {
  for (const id of readAll(database, storage).keys())
    if (!isThere(id))
      database.run('DELETE FROM sound_packs WHERE storage = :storage AND pack = :pack', {
        storage,
        pack: Buffer.from(id, 'hex'),
      });
}
