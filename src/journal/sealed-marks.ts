import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import { numberOf, optionalNumber, optionalText } from './row.ts';

/** How far the events lie sealed in a storage target. */
export interface SealedMark {
  /** The newest event that does; 0: none. */
  readonly sequence: number;
  /** When that was last brought up to date; undefined: never. */
  readonly at: Instant | undefined;
  /** Why the last attempt failed. */
  readonly fault: string | undefined;
}

/** Kept beside the events; `rebuild` leaves it as it is. */
export interface SealedMarks {
  of(storage: string): SealedMark | undefined;
  note(storage: string, mark: SealedMark): void;
  /** Executed runs that have ended after that event; those that only sent a message don't count. */
  runsAfter(sequence: number): number;
}

export function sealedMarksOf(database: Database): SealedMarks {
  return {
    of: (storage) => {
      const row = database.get('SELECT * FROM sealed WHERE storage = :storage', { storage });
      return (
        row && {
          sequence: numberOf(row, 'sequence'),
          at: optionalNumber(row, 'at'),
          fault: optionalText(row, 'fault'),
        }
      );
    },
    note: (storage, { sequence, at, fault }) => {
      const sql =
        'INSERT OR REPLACE INTO sealed (storage, sequence, at, fault) VALUES (:storage, :sequence, :at, :fault)';
      database.run(sql, { storage, sequence, at: at === undefined ? null : Math.round(at), fault: fault ?? null });
    },
    runsAfter: (sequence) => numberOf(database.get(endedAfter, { sequence }) ?? {}, 'count'),
  };
}

const endedAfter = `SELECT count(*) AS count FROM events JOIN runs ON runs.id = events.run
  WHERE events.sequence > :sequence AND events.type = 'run.finished' AND runs.mode = 'execute'
    AND runs.kind <> 'notify'`;
