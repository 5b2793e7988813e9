import type { Clock } from '../base/clock.ts';
import { messageOf, MusterError } from '../base/error.ts';
import { chainStart } from './chain.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import type { ChainedEvent, EventLog } from './event-log.ts';
import { insertEvent } from './events.ts';
import { findRun } from './runs.ts';
import { numberOf, textOf, type Row } from './row.ts';

export function eventLogOf(database: Database, clock: Clock): EventLog {
  const hashAt = (sequence: number): string | undefined => {
    const row = database.get('SELECT hash FROM events WHERE sequence = :sequence', { sequence });
    return row === undefined ? undefined : textOf(row, 'hash');
  };
  const id = (): string => textOf(database.get('SELECT id FROM identity') ?? {}, 'id');
  return {
    id,
    renewId: () => {
      database.run('UPDATE identity SET id = lower(hex(randomblob(8)))');
      return id();
    },
    head: () => {
      const row = database.get('SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1');
      return row === undefined
        ? { sequence: 0, hash: chainStart }
        : { sequence: numberOf(row, 'sequence'), hash: textOf(row, 'hash') };
    },
    hashAt: (sequence) => (sequence === 0 ? chainStart : hashAt(sequence)),
    read: function* (from, to) {
      const sql = 'SELECT sequence, body, hash FROM events WHERE sequence BETWEEN :from AND :to ORDER BY sequence';
      for (const row of database.iterate(sql, { from, to })) yield chainedFrom(row);
    },
    takeOver: (origin, events) =>
      database.transaction(() => {
        let taken = 0;
        for (const each of events) {
          const event = eventIn(each);
          if (isKnown(database, each, event)) continue;
          insertTaken(database, { ...origin, sequence: each.sequence, hash: each.hash, event, at: clock.now() });
          taken += 1;
        }
        return taken;
      }),
  };
}

function chainedFrom(row: Row): ChainedEvent {
  return { sequence: numberOf(row, 'sequence'), body: textOf(row, 'body'), hash: textOf(row, 'hash') };
}

function eventIn({ sequence, body }: ChainedEvent): MusterEvent {
  const value: unknown = JSON.parse(body);
  if (isEvent(value)) return value;
  throw damagedEvent(sequence, 'it is no event');
}

function isEvent(value: unknown): value is MusterEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { type, run, at } = value as Partial<Record<'type' | 'run' | 'at', unknown>>;
  return typeof type === 'string' && typeof run === 'string' && typeof at === 'number';
}

/** An event of this journal that comes back, one that was taken over before, or one that holds such a one. */
function isKnown(
  database: Database,
  { sequence, hash }: Pick<ChainedEvent, 'sequence' | 'hash'>,
  event: MusterEvent,
): boolean {
  const own = database.get('SELECT hash FROM events WHERE sequence = :sequence', { sequence });
  if (own !== undefined && textOf(own, 'hash') === hash) return true;
  if (database.get('SELECT 1 FROM taken_over WHERE hash = :hash', { hash }) !== undefined) return true;
  if (event.type === 'evidence.imported') return isKnown(database, event, event.event);
  return event.type === 'run.started' && findRun(database, event.run) !== undefined;
}

function insertTaken(
  database: Database,
  taken: Omit<Extract<MusterEvent, { readonly type: 'evidence.imported' }>, 'type' | 'run'>,
): void {
  try {
    insertEvent(database, { type: 'evidence.imported', run: taken.event.run, ...taken });
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw damagedEvent(taken.sequence, messageOf(error));
  }
}

function damagedEvent(sequence: number, detail: string): MusterError {
  return new MusterError(`event ${sequence} of a sealed catalog can't be taken over: ${detail}`, {
    code: 'object-damaged',
    hint: 'Nothing of that catalog was taken over. Another storage target may hold it, too.',
  });
}
