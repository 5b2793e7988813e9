import { MusterError } from '../base/error.ts';
import type { Database } from './database.ts';
import type { RunKind, RunStatus } from './event.ts';
import { eventsOf } from './events.ts';
import type { RunFilter, RunRecord, RunSummary, StepRecord } from './journal.ts';
import { prefixRange } from './prefix.ts';
import { numberOf, optionalNumber, optionalText, textOf, type Row } from './row.ts';

/** Newest first: by their start, then by the order of the journal. */
export function listRuns(database: Database, filter: RunFilter): readonly RunSummary[] {
  const { kind = null, limit = -1 } = filter;
  return database
    .all(
      'SELECT * FROM runs WHERE :kind IS NULL OR kind = :kind ORDER BY started_at DESC, sequence DESC LIMIT :limit',
      { kind, limit },
    )
    .map(summaryFrom);
}

export function runsWithStatus(database: Database, status: RunStatus): readonly RunSummary[] {
  return database.all('SELECT * FROM runs WHERE status = :status ORDER BY sequence', { status }).map(summaryFrom);
}

/** By its full id. */
export function findRun(database: Database, id: string): RunSummary | undefined {
  const row = database.get('SELECT * FROM runs WHERE id = :id', { id });
  return row === undefined ? undefined : summaryFrom(row);
}

/** By its full id or a prefix that no other run has. Throws `run-ambiguous`. */
export function readRun(database: Database, id: string): RunRecord | undefined {
  const run = findRun(database, id) ?? findByPrefix(database, id);
  if (run === undefined) return undefined;
  return { ...run, steps: stepsOf(database, run.id), events: eventsOf(database, run.id) };
}

function findByPrefix(database: Database, prefix: string): RunSummary | undefined {
  if (prefix === '') return undefined;
  const rows = database.all(
    'SELECT * FROM runs WHERE id >= :from AND id < :to ORDER BY id LIMIT 3',
    prefixRange(prefix),
  );
  const [first, second] = rows.map(summaryFrom);
  if (first === undefined || second === undefined) return first;
  throw new MusterError(
    `more than one run begins with ${prefix}: ${first.id}, ${second.id}${rows.length > 2 ? ' …' : ''}`,
    {
      code: 'run-ambiguous',
      hint: 'Give more of its id.',
    },
  );
}

function stepsOf(database: Database, run: string): readonly StepRecord[] {
  return database.all('SELECT * FROM steps WHERE run = :run ORDER BY position', { run }).map(stepFrom);
}

function summaryFrom(row: Row): RunSummary {
  return {
    id: textOf(row, 'id'),
    // Text columns with names of a union are only ever written from events of that type.
    kind: textOf(row, 'kind') as RunKind,
    name: textOf(row, 'name'),
    mode: textOf(row, 'mode') as RunSummary['mode'],
    status: textOf(row, 'status') as RunStatus,
    startedAt: numberOf(row, 'started_at'),
    finishedAt: optionalNumber(row, 'finished_at'),
    planHash: textOf(row, 'plan_hash'),
    reason: optionalText(row, 'reason'),
    by: textOf(row, 'asked_by'),
    origin: optionalText(row, 'origin'),
  };
}

function stepFrom(row: Row): StepRecord {
  const code = optionalText(row, 'error_code');
  return {
    id: textOf(row, 'id'),
    title: textOf(row, 'title'),
    kind: textOf(row, 'kind'),
    status: textOf(row, 'status') as StepRecord['status'],
    attempts: numberOf(row, 'attempts'),
    startedAt: optionalNumber(row, 'started_at'),
    finishedAt: optionalNumber(row, 'finished_at'),
    error: code === undefined ? undefined : { code, message: optionalText(row, 'error_message') ?? '' },
    reason: optionalText(row, 'reason'),
  };
}
