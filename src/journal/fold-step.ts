import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import type { MusterEvent, StepStatus } from './event.ts';

type EventOf<T extends MusterEvent['type']> = Extract<MusterEvent, { readonly type: T }>;

/** What an event about one step means for the table of steps. */
export function foldStep(
  database: Database,
  event: EventOf<'attempt.started' | 'attempt.finished' | 'step.skipped' | 'step.checked'>,
): void {
  switch (event.type) {
    case 'attempt.started':
      return foldAttemptStarted(database, event);
    case 'attempt.finished':
      return foldAttemptFinished(database, event);
    case 'step.skipped':
      return foldSkipped(database, event);
    case 'step.checked':
      return foldChecked(database, event);
  }
}

function foldAttemptStarted(database: Database, { run, step, attempt, at }: EventOf<'attempt.started'>): void {
  database.run(
    `UPDATE steps SET status = 'running', attempts = :attempt, started_at = coalesce(started_at, :at), finished_at = NULL,
       error_code = NULL, error_message = NULL, reason = NULL
     WHERE run = :run AND id = :step`,
    { run, step, attempt, at: Math.round(at) },
  );
}

function foldAttemptFinished(database: Database, event: EventOf<'attempt.finished'>): void {
  const { run, step, attempt, status, at, error } = event;
  database.run('UPDATE steps SET attempts = :attempt WHERE run = :run AND id = :step', { run, step, attempt });
  endStep(database, { run, step, status, at, error });
}

function foldSkipped(database: Database, { run, step, reason, because, at }: EventOf<'step.skipped'>): void {
  endStep(database, { run, step, status: because === 'cancelled' ? 'cancelled' : 'skipped', at, error: undefined });
  database.run('UPDATE steps SET reason = :reason WHERE run = :run AND id = :step', { run, step, reason });
}

/** A step that was only checked has no attempts; its status says whether the check found an error. */
function foldChecked(database: Database, { run, step, findings, at }: EventOf<'step.checked'>): void {
  const fault = findings.find((finding) => finding.severity === 'error');
  const error = fault === undefined ? undefined : { code: 'check-failed', message: fault.message };
  endStep(database, { run, step, status: fault === undefined ? 'succeeded' : 'failed', at, error });
}

interface StepEnd {
  readonly run: string;
  readonly step: string;
  readonly status: StepStatus;
  readonly at: Instant;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

function endStep(database: Database, { run, step, status, at, error }: StepEnd): void {
  database.run(
    `UPDATE steps SET status = :status, finished_at = :at, error_code = :code, error_message = :message
     WHERE run = :run AND id = :step`,
    { run, step, status, at: Math.round(at), code: error?.code ?? null, message: error?.message ?? null },
  );
}
