import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import type { ChainVerdict } from './journal.ts';
import { numberOf, textOf } from './row.ts';

/** What stands before the first event. */
export const chainStart = '0'.repeat(64);

/** Keys sorted by UTF-16 units, no spaces, `undefined` left out: one value has one text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner));
}

/** SHA-256, in hexadecimal, over the previous event's hash, a line feed, and the canonical JSON of this event. */
export function chainHash(previous: string, body: string): string {
  return createHash('sha256').update(`${previous}\n${body}`).digest('hex');
}

/** Reads every event in order. The number that SQLite keeps of the last one shows events removed at the end. */
export function verifyChain(database: Database): ChainVerdict {
  // Read first: other processes append meanwhile.
  const last = database.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  const expected = last === undefined ? 0 : numberOf(last, 'seq');
  let head = chainStart;
  let events = 0;
  for (const row of database.iterate('SELECT sequence, body, hash FROM events ORDER BY sequence')) {
    const sequence = numberOf(row, 'sequence');
    if (sequence !== events + 1) return broken(events, events + 1, 'the event is missing');
    head = chainHash(head, textOf(row, 'body'));
    if (head !== textOf(row, 'hash')) return broken(events, sequence, 'the event does not fit the ones before it');
    events += 1;
  }
  return expected > events ? broken(events, events + 1, 'the event is missing') : { intact: true, events, head };
}

function broken(events: number, sequence: number, reason: string): ChainVerdict {
  return { intact: false, events, sequence, reason };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
