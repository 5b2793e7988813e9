import type { BackupLine, BackupRecord, RunRecord, RunSummary, StepRecord } from '../index.ts';

/* The JSON shapes that scripts rely on: fields may be added, never renamed. Instants are ISO 8601 in UTC. */

export function isoOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

export function backupJson(backup: BackupRecord): object {
  return { ...backup, startedAt: isoOf(backup.startedAt), finishedAt: isoOf(backup.finishedAt) };
}

/** A system of a backup run: the backup, or why there is none. */
export function backupLineJson(line: BackupLine): object {
  if (line.backup) return backupJson(line.backup);
  return {
    id: null,
    system: line.system,
    type: line.type,
    status: 'failed',
    startedAt: isoOf(line.startedAt) ?? null,
    finishedAt: isoOf(line.finishedAt) ?? null,
    storage: [],
    error: line.error ?? null,
  };
}

export function runJson(run: RunSummary): object {
  return { ...run, startedAt: isoOf(run.startedAt), finishedAt: isoOf(run.finishedAt) ?? null };
}

export function runRecordJson(run: RunRecord): object {
  const { events, ...rest } = run;
  return {
    ...runJson(rest),
    steps: run.steps.map(stepJson),
    events: events.map((event) => ({ ...event, at: isoOf(event.at) })),
  };
}

export function stepJson(step: StepRecord): object {
  return {
    ...step,
    startedAt: isoOf(step.startedAt) ?? null,
    finishedAt: isoOf(step.finishedAt) ?? null,
    error: step.error ?? null,
  };
}
