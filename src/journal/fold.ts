import type { BackupRecord } from '../base/backup.ts';
import { canonicalJson } from './chain.ts';
import type { Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { foldCopy } from './fold-copy.ts';
import { foldStep } from './fold-step.ts';
import { textOf } from './row.ts';

type EventOf<T extends MusterEvent['type']> = Extract<MusterEvent, { readonly type: T }>;

/** What an event means for the tables. It depends on them and on the event alone, so that they can be made anew. */
export function fold(database: Database, sequence: number, event: MusterEvent): void {
  switch (event.type) {
    case 'run.started':
      return foldRunStarted(database, sequence, event);
    case 'run.finished':
      return foldRunFinished(database, event);
    case 'run.interrupted':
      return foldRunInterrupted(database, event);
    case 'attempt.started':
    case 'attempt.finished':
    case 'step.skipped':
    case 'step.checked':
      return foldStep(database, event);
    case 'backup.succeeded':
    case 'backup.partial':
    case 'backup.failed':
    case 'backup.removed':
    case 'backup.repaired':
    case 'copy.succeeded':
    case 'copy.failed':
    case 'verify.finished':
    case 'restore.finished':
      // What was only simulated is never evidence.
      return isSimulated(database, event.run) ? undefined : foldEvidence(database, sequence, event);
    case 'backup.found':
      return foldBackup(database, sequence, event.backup);
    case 'vault.rotated':
      return foldRotation(database, event);
    case 'evidence.imported':
      return foldTakenOver(database, sequence, event);
    case 'rescue.refused':
    case 'catalog.failed':
    case 'catalog.repaired':
    case 'copy.lagging':
    case 'message.sent':
    case 'message.failed':
    case 'listener.failed':
    case 'key.used':
    case 'key.added':
    case 'key.removed':
    case 'storage.tested':
    case 'storage.retrying':
    case 'progress':
      return undefined;
  }
}

function foldRunStarted(database: Database, sequence: number, event: EventOf<'run.started'>): void {
  database.insert('runs', {
    id: event.run,
    sequence,
    kind: event.kind,
    name: event.name,
    mode: event.mode,
    status: 'running',
    started_at: Math.round(event.at),
    plan_hash: event.planHash,
    reason: event.reason ?? null,
    asked_by: event.by,
  });
  for (const [position, { id, title, kind }] of event.steps.entries())
    database.insert('steps', { run: event.run, position, id, title, kind, status: 'pending', attempts: 0 });
}

function foldRunFinished(database: Database, event: EventOf<'run.finished'>): void {
  database.run(
    'UPDATE runs SET status = :status, finished_at = :at, error_code = :code, error_message = :message WHERE id = :run',
    {
      run: event.run,
      status: event.status,
      at: Math.round(event.at),
      code: event.error?.code ?? null,
      message: event.error?.message ?? null,
    },
  );
}

function foldRunInterrupted(database: Database, { run, steps }: EventOf<'run.interrupted'>): void {
  database.run(`UPDATE runs SET status = 'interrupted' WHERE id = :run`, { run });
  for (const step of steps)
    database.run(`UPDATE steps SET status = 'interrupted' WHERE run = :run AND id = :step`, { run, step });
}

function isSimulated(database: Database, run: string): boolean {
  const row = database.get('SELECT mode FROM runs WHERE id = :run', { run });
  return row !== undefined && textOf(row, 'mode') === 'simulate';
}

type Evidence = EventOf<
  | 'backup.succeeded'
  | 'backup.partial'
  | 'backup.failed'
  | 'backup.removed'
  | 'backup.repaired'
  | 'copy.succeeded'
  | 'copy.failed'
  | 'verify.finished'
  | 'restore.finished'
>;

function foldEvidence(database: Database, sequence: number, event: Evidence): void {
  const common = { sequence, system: event.system, run: event.run, at: Math.round(event.at) };
  switch (event.type) {
    case 'backup.succeeded':
    case 'backup.partial':
      return foldBackup(database, sequence, event.backup);
    case 'backup.failed':
      return database.insert('backup_failures', common);
    case 'backup.removed':
    case 'backup.repaired':
    case 'copy.failed':
      return foldCopy(database, event);
    case 'copy.succeeded': {
      const { backup, storage } = event;
      database.insert('copies', { ...common, backup, storage, duration_ms: Math.round(event.durationMs) });
      return foldCopy(database, event);
    }
    case 'verify.finished': {
      const { backup, level, score, passed } = event;
      return database.insert('verifications', { ...common, backup, level, score, passed: Number(passed) });
    }
    case 'restore.finished': {
      const { backup, status, proven } = event;
      const duration = Math.round(event.durationMs);
      return database.insert('restores', { ...common, backup, status, proven: Number(proven), duration_ms: duration });
    }
  }
}

/** A backup that is recorded again replaces what was known of it. */
function foldBackup(database: Database, sequence: number, backup: BackupRecord): void {
  database.run('DELETE FROM backups WHERE id = :id', { id: backup.id });
  database.insert('backups', {
    id: backup.id,
    sequence,
    system: backup.system,
    started_at: Math.round(backup.startedAt),
    record: canonicalJson(backup),
  });
}

/** Backups keep their ids; only what their snapshots in that target are called changes. */
function foldRotation(database: Database, { storage, snapshots }: EventOf<'vault.rotated'>): void {
  const names = new Map(snapshots.map(({ from, to }) => [from, to]));
  for (const row of database.all('SELECT id, record FROM backups')) {
    // Written by `foldBackup`.
    const backup = JSON.parse(textOf(row, 'record')) as BackupRecord;
    const copies = backup.storage.map((copy) =>
      copy.name === storage ? { ...copy, snapshot: names.get(copy.snapshot) ?? copy.snapshot } : copy,
    );
    const record = canonicalJson({ ...backup, storage: copies });
    database.run('UPDATE backups SET record = :record WHERE id = :id', { id: textOf(row, 'id'), record });
  }
}

/** Means what it meant there. */
function foldTakenOver(database: Database, sequence: number, taken: EventOf<'evidence.imported'>): void {
  const { hash, catalog, event } = taken;
  database.insert('taken_over', { hash });
  fold(database, sequence, event);
  if (event.type === 'run.started')
    database.run('UPDATE runs SET origin = :catalog WHERE id = :run', { run: event.run, catalog });
}
