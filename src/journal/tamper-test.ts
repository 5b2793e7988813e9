import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { numberOf, textOf } from './row.ts';

/** The newest tamper test of a storage target. */
export interface TamperTest {
  readonly at: Instant;
  readonly verdict: Extract<MusterEvent, { readonly type: 'storage.tested' }>['verdict'];
}

/** Undefined: there was none, here or where the evidence was taken over from. Indexes make it quick in a long journal. */
export function lastTamperTest(database: Database, storage: string): TamperTest | undefined {
  const row = database.get(newest, { storage }) ?? database.get(newestTakenOver, { storage });
  if (row === undefined) return undefined;
  // Written from an event of that type.
  return { at: numberOf(row, 'at'), verdict: textOf(row, 'verdict') as TamperTest['verdict'] };
}

const newest = `
  SELECT at, body ->> '$.verdict' AS verdict FROM events
  WHERE type = 'storage.tested' AND body ->> '$.storage' = :storage
  ORDER BY sequence DESC LIMIT 1`;

const newestTakenOver = `
  SELECT CAST(body ->> '$.event.at' AS INTEGER) AS at, body ->> '$.event.verdict' AS verdict FROM events
  WHERE type = 'evidence.imported' AND body ->> '$.event.type' = 'storage.tested'
    AND body ->> '$.event.storage' = :storage
  ORDER BY sequence DESC LIMIT 1`;
