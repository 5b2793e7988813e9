import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import type { MusterEvent, RunKind, RunStatus, StepStatus } from './event.ts';

/** The durable record: one SQLite file in WAL mode that several processes use at once. */
export interface Journal {
  /** Durable when it returns. `progress` events are ignored. Backups, verifications and restores also update the catalog. */
  append(event: MusterEvent): void;
  /** Newest first. */
  runs(filter?: RunFilter): readonly RunSummary[];
  /** Takes a full id or an unambiguous prefix; undefined when there is none. */
  run(id: string): RunRecord | undefined;
  /** Marks runs whose owner is dead as interrupted, with an event each; returns them. Call it at every start. */
  markInterrupted(now: Instant): readonly RunSummary[];
  /** Holds a name (a system, a runbook) for this process until released. Throws `run-locked` (exit 11) naming the holder. */
  lease(name: string, run: string, now: Instant): { release(): void };
  readonly catalog: Catalog;
  close(): void;
}

export interface RunFilter {
  readonly kind?: RunKind;
  readonly limit?: number;
}

export interface RunSummary {
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  readonly mode: 'execute' | 'simulate';
  readonly status: RunStatus;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | undefined;
  readonly planHash: string;
  readonly reason: string | undefined;
  readonly by: string;
}

export interface RunRecord extends RunSummary {
  readonly steps: readonly StepRecord[];
  readonly events: readonly MusterEvent[];
}

export interface StepRecord {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  /** `pending`: not reached; `running`: an attempt is under way. */
  readonly status: StepStatus | 'pending' | 'running';
  readonly attempts: number;
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** The backups that exist, with what is known of them. */
export interface Catalog {
  /** Newest first. */
  backups(filter?: BackupFilter): readonly BackupRecord[];
  /** Full id or unambiguous prefix of at least 4 digits; throws `backup-ambiguous`; undefined when there is none. */
  find(id: string): BackupRecord | undefined;
  newest(system: string): BackupRecord | undefined;
  /** Newest first: successful verifications and restores of a system. */
  lastVerified(system: string): Instant | undefined;
  lastProvenRestore(system: string): Instant | undefined;
  /** Duration of the newest successful restore, in milliseconds. */
  measuredRestore(system: string): number | undefined;
  /** Duration of the newest successful backup, in milliseconds. */
  measuredBackup(system: string): number | undefined;
  /** Consecutive failed backups of a system since the last successful one. */
  failuresInARow(system: string): number;
}

export interface BackupFilter {
  readonly system?: string;
  readonly storage?: string;
  /** Only those that started at or before it. */
  readonly until?: Instant;
  readonly limit?: number;
}
