import type {
  BackupLine,
  BackupRecord,
  Delivery,
  MusterEvent,
  PlannedStep,
  RunRecord,
  RunSummary,
  StepRecord,
} from '../index.ts';
import { ratiosOf } from '../index.ts';

/*
 * The JSON shapes that scripts rely on: fields may be added, never renamed. Instants are ISO 8601 in UTC, lengths of time
 * are seconds, and what there is none of is null.
 */

/** A document as it is printed. */
export function documentOf(value: object): string {
  return JSON.stringify(value, null, 2);
}

export function isoOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

export function secondsOf(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000;
}

export function backupJson(backup: BackupRecord): object {
  const { id, system, source, type, schedule, status, run } = backup;
  return {
    id,
    system,
    source,
    type,
    schedule: schedule ?? null,
    status,
    startedAt: isoOf(backup.startedAt),
    finishedAt: isoOf(backup.finishedAt),
    ...figuresJson(backup),
    storage: backup.storage.map(({ name, status, snapshot }) => ({ name, status, snapshot })),
    manifest: backup.manifest,
    run,
  };
}

function figuresJson(backup: BackupRecord): object {
  const { bytesRead, bytesTotal, bytesNew = null, bytesStored, files, folders = null, parent = null } = backup;
  const { filesNew = null, filesChanged = null, filesUnmodified = null } = backup;
  const { deduplication = null, compression = null } = ratiosOf(backup);
  const counts = { files, filesNew, filesChanged, filesUnmodified, folders };
  return { parent, bytesRead, bytesTotal, bytesNew, bytesStored, deduplication, compression, ...counts };
}

/** A system of a backup run: the backup, or why there is none; and what could not be read. */
export function backupLineJson(line: BackupLine): object {
  const { backup, system, type, startedAt, finishedAt, faults, error, notice = null } = line;
  const without = {
    id: null,
    system,
    type,
    status: 'failed',
    startedAt: isoOf(startedAt),
    finishedAt: isoOf(finishedAt),
  };
  const made = backup === undefined ? { ...without, storage: [] } : backupJson(backup);
  return { ...made, typeAsked: type, notice, faults, error: error ?? null };
}

export function runJson(run: RunSummary): object {
  const { id, kind, name, mode, status, startedAt, finishedAt, planHash, reason = null, by, origin = null } = run;
  return {
    id,
    kind,
    name,
    mode,
    status,
    startedAt: isoOf(startedAt),
    finishedAt: isoOf(finishedAt),
    reason,
    by,
    origin,
    planHash,
  };
}

export function runRecordJson(run: RunRecord): object {
  return { ...runJson(run), steps: run.steps.map(stepJson), events: run.events.map(eventJson) };
}

export function stepJson(step: StepRecord): object {
  const { id, title, kind, status, attempts, error = null, reason = null } = step;
  const [startedAt, finishedAt] = [isoOf(step.startedAt), isoOf(step.finishedAt)];
  return { id, title, kind, status, startedAt, finishedAt, attempts, error, reason };
}

export function deliveryJson(delivery: Delivery): object {
  return { ...delivery, at: isoOf(delivery.at) };
}

/** A step that would be executed. */
export function plannedStepJson({ id, title, needs, action, estimate }: PlannedStep): object {
  return { id, title, kind: action.kind, needs, estimateSeconds: estimate.from === 'none' ? null : estimate.ms / 1000 };
}

function eventJson(event: MusterEvent): object {
  const at = isoOf(event.at);
  if (event.type === 'backup.succeeded' || event.type === 'backup.partial')
    return { ...event, at, backup: backupJson(event.backup) };
  return event.type === 'attempt.finished' ? { ...event, at, facts: factsJson(event.facts) } : { ...event, at };
}

/** The handler of the step wrote them; instants within are as everywhere else. */
function factsJson(facts: unknown): unknown {
  if (typeof facts !== 'object' || facts === null) return facts;
  const { backup, deliveries } = facts as { backup?: BackupRecord | string; deliveries?: readonly Delivery[] };
  return {
    ...facts,
    ...(typeof backup === 'object' ? { backup: backupJson(backup) } : {}),
    ...(deliveries === undefined ? {} : { deliveries: deliveries.map(deliveryJson) }),
  };
}
