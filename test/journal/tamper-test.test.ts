import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { TamperTest } from '../../src/journal/tamper-test.ts';
import { openState, temporaryFolder } from './state.ts';

function tested(storage: string, verdict: TamperTest['verdict'], at: number): MusterEvent {
  return { run: '', at, type: 'storage.tested', storage, verdict, attempts: [{ kind: 'destroy', outcome: 'refused' }] };
}

test('the newest tamper test of a storage target counts, and outlives the process', () => {
  const folder = temporaryFolder();
  const journal = openState(folder);
  expect(journal.tamperTest('offsite')).toBeUndefined();
  journal.append(
    tested('offsite', 'unprotected', 1000),
    tested('offsite', 'protected', 2000),
    tested('nas', 'unknown', 3000),
  );
  journal.rebuild();
  expect(journal.tamperTest('offsite')).toEqual({ at: 2000, verdict: 'protected' });
  expect(openState(folder).tamperTest('nas')).toEqual({ at: 3000, verdict: 'unknown' });
  expect(journal.tamperTest('none')).toBeUndefined();
  expect(journal.verifyChain()).toMatchObject({ intact: true });
});

test('it is found by an index, however long the journal is', () => {
  const folder = temporaryFolder();
  openState(folder);
  using database = new DatabaseSync(join(folder, 'journal.db'), { readOnly: true });
  const plan = database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT at FROM events WHERE type = 'storage.tested' AND body ->> '$.storage' = 'x'
       ORDER BY sequence DESC LIMIT 1`,
    )
    .all();
  expect(JSON.stringify(plan)).toContain('USING INDEX events_of_tamper_tests');
});
