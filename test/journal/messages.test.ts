import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { MusterEvent } from '../../src/journal/event.ts';
import { openJournal } from '../../src/journal/open.ts';
import type { Journal, SentQuery } from '../../src/journal/journal.ts';

let folder = '';
let journal: Journal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-messages-'));
  journal = openJournal({ folder, clock: systemClock });
});
afterEach(async () => {
  journal.close();
  await rm(folder, { recursive: true });
});

const query: SentQuery = { message: 'backup-failed', audience: 'team', about: 'system:orders' };

function sent(at: number, fields: Partial<SentQuery> = {}): MusterEvent {
  return { run: 'run-1', at, type: 'message.sent', channel: 'mail', ...query, ...fields };
}

test('the newest message of that name, to that audience, about that thing counts', () => {
  expect(journal.lastSent(query)).toBeUndefined();
  journal.append(
    sent(2000),
    sent(1000),
    sent(3000, { audience: 'customers' }),
    sent(4000, { message: 'other' }),
    sent(5000, { about: 'system:website' }),
    {
      run: 'run-1',
      at: 6000,
      type: 'message.failed',
      channel: 'mail',
      detail: 'no',
      message: 'backup-failed',
      audience: 'team',
    },
  );
  expect(journal.lastSent(query)).toBe(2000);
});

test('the question is answered from an index, however long the journal is', () => {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const plan = database
    .prepare(
      "EXPLAIN QUERY PLAN SELECT at FROM events WHERE type = 'message.sent' AND body ->> '$.about' = 'x' ORDER BY at DESC",
    )
    .all();
  database.close();
  expect(JSON.stringify(plan)).toContain('USING INDEX events_of_sent_messages');
});
