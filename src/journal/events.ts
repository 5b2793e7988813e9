import { canonicalJson, chainHash, chainStart } from './chain.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { fold } from './fold.ts';
import { numberOf, textOf, type Row } from './row.ts';

/** Adds an event to the chain and to the tables. Call it in a transaction. */
export function insertEvent(database: Database, event: MusterEvent): void {
  const last = database.get('SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1');
  const sequence = last === undefined ? 1 : numberOf(last, 'sequence') + 1;
  const body = canonicalJson(event);
  const hash = chainHash(last === undefined ? chainStart : textOf(last, 'hash'), body);
  database.insert('events', { sequence, body, hash });
  fold(database, sequence, event);
}

/** Those of one run, in order. */
export function eventsOf(database: Database, run: string): readonly MusterEvent[] {
  return database
    .all('SELECT body FROM events WHERE run = :run ORDER BY sequence', { run })
    .map((row) => original(eventFrom(row)));
}

/** What happened, wherever it was recorded first. */
function original(event: MusterEvent): MusterEvent {
  return event.type === 'evidence.imported' ? original(event.event) : event;
}

/** Folds every event again into empty tables, in one transaction. */
export function rebuild(database: Database): void {
  database.transaction(() => {
    for (const table of folds) database.run(`DELETE FROM ${table}`);
    for (const row of database.iterate('SELECT sequence, body FROM events ORDER BY sequence'))
      fold(database, numberOf(row, 'sequence'), eventFrom(row));
  });
}

const folds = ['runs', 'steps', 'backups', 'backup_failures', 'verifications', 'restores', 'copies', 'taken_over'];

function eventFrom(row: Row): MusterEvent {
  // Written by `insertEvent`, and protected by the hash chain.
  return JSON.parse(textOf(row, 'body')) as MusterEvent;
}
