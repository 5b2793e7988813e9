import type { SQLOutputValue } from 'node:sqlite';
import { MusterError } from '../base/error.ts';

/** One row of a result, as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A column that holds text. Throws `journal-damaged` when it holds anything else. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected(column);
}

/** A column that holds a whole number below 2^53. Throws `journal-damaged` when it holds anything else. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column);
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}

function unexpected(column: string): MusterError {
  return new MusterError(`the journal holds something unexpected in column ${column}`, {
    code: 'journal-damaged',
    hint: 'Make the tables anew from the events; if that fails, put back a copy of the state folder.',
  });
}
