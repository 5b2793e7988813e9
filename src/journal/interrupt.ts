import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import { insertEvent } from './events.ts';
import type { RunSummary } from './journal.ts';
import type { Owner } from './owner.ts';
import { hasLivingOwner } from './ownership.ts';
import { textOf } from './row.ts';
import { findRun, runsWithStatus } from './runs.ts';

/** Declares each run whose owner is gone as interrupted, once, whatever number of processes look at the same time. */
export function markInterrupted(database: Database, self: Owner, now: Instant): readonly RunSummary[] {
  if (runsWithStatus(database, 'running').length === 0) return [];
  return database.transaction(() =>
    runsWithStatus(database, 'running')
      .filter((run) => !hasLivingOwner(database, run.id, { by: self, at: now }))
      .map((run) => interrupt(database, run, now)),
  );
}

/** Appends `run.interrupted`, naming the steps whose outcome is unknown. Call it in a transaction. */
export function interrupt(database: Database, run: RunSummary, now: Instant): RunSummary {
  const steps = database
    .all(`SELECT id FROM steps WHERE run = :run AND status = 'running' ORDER BY position`, { run: run.id })
    .map((row) => textOf(row, 'id'));
  insertEvent(database, { type: 'run.interrupted', run: run.id, at: now, kind: run.kind, name: run.name, steps });
  return findRun(database, run.id) ?? run;
}
