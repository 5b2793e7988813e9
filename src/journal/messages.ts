import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import type { SentQuery } from './journal.ts';
import { numberOf } from './row.ts';

/** When the audience last got the message about it. The index over sent messages makes this quick in a long journal. */
export function lastSent(database: Database, { message, audience, about }: SentQuery): Instant | undefined {
  const row = database.get(newest, { message, audience, about });
  return row === undefined ? undefined : numberOf(row, 'at');
}

const newest = `
  SELECT at FROM events
  WHERE type = 'message.sent' AND body ->> '$.about' = :about
    AND body ->> '$.message' = :message AND body ->> '$.audience' = :audience
  ORDER BY at DESC LIMIT 1`;
