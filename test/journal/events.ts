import type { BackupRecord } from '../../src/base/backup.ts';
import type { MusterEvent, RunKind } from '../../src/journal/event.ts';

export function runStarted(run: string, options: RunStartedOptions = {}): MusterEvent {
  const { at = 1000, kind = 'backup', mode = 'execute', steps = ['one', 'two'], name = 'orders' } = options;
  return {
    type: 'run.started',
    run,
    at,
    kind,
    name,
    mode,
    planHash: 'a'.repeat(64),
    reason: undefined,
    by: 'root@host',
    steps: steps.map((id) => ({ id, title: `Step ${id}`, kind: 'backup', needs: [] })),
  };
}

interface RunStartedOptions {
  readonly at?: number;
  readonly kind?: RunKind;
  readonly mode?: 'execute' | 'simulate';
  readonly steps?: readonly string[];
  readonly name?: string;
}

export function runFinished(run: string, status: 'succeeded' | 'failed' = 'succeeded', at = 9000): MusterEvent {
  return { type: 'run.finished', run, at, kind: 'backup', name: 'orders', status, error: undefined };
}

export function attemptStarted(run: string, step: string, attempt = 1): MusterEvent {
  return { type: 'attempt.started', run, at: 2000, step, attempt };
}

export function attemptFinished(
  run: string,
  step: string,
  status: 'succeeded' | 'partial' | 'failed' | 'cancelled' = 'succeeded',
): MusterEvent {
  const error = status === 'failed' ? { code: 'broken', message: 'it broke', hint: undefined } : undefined;
  return {
    type: 'attempt.finished',
    run,
    at: 3000,
    step,
    attempt: 1,
    status,
    error,
    output: undefined,
    faults: [],
    facts: {},
  };
}

export function backup(id: string, details: Partial<BackupRecord> = {}): BackupRecord {
  return {
    id: id.padEnd(64, '0'),
    system: 'orders',
    source: 'sqlite',
    type: 'full',
    schedule: undefined,
    status: 'succeeded',
    run: 'r1',
    startedAt: 5000,
    finishedAt: 6000,
    bytesRead: 10,
    bytesTotal: 10,
    bytesStored: 5,
    files: 1,
    storage: [{ name: 'primary', snapshot: id.padEnd(64, '0'), status: 'stored' }],
    manifest: {},
    ...details,
  };
}

export function backupSucceeded(run: string, record: BackupRecord): MusterEvent {
  return { type: 'backup.succeeded', run, at: record.finishedAt, system: record.system, backup: record };
}

export function backupFailed(run: string, system = 'orders'): MusterEvent {
  return {
    type: 'backup.failed',
    run,
    at: 7000,
    system,
    error: { code: 'broken', message: 'it broke', hint: undefined },
  };
}
