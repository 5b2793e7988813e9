import type { BackupRecord, BackupType } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import type { EventLog } from './event-log.ts';
import type { MusterEvent, RunKind, RunStatus, StepStatus } from './event.ts';
import type { SealedMarks } from './sealed-marks.ts';
import type { SoundPacks } from './sound-packs.ts';
import type { StorageSizes } from './storage-sizes.ts';
import type { TamperTest } from './tamper-test.ts';

/** The durable record: one SQLite file in WAL mode that several processes use at once. */
export interface Journal {
  /**
   * All of them or none, durable when it returns. `progress` events are ignored. Backups, verifications and restores
   * also update the catalog. An `attempt.started` throws `run-not-running` when the run has ended or was declared
   * interrupted, and `lease-lost` when another process has taken over what the run holds.
   */
  append(...events: readonly MusterEvent[]): void;
  /** Newest first. */
  runs(filter?: RunFilter): readonly RunSummary[];
  /** Takes a full id or an unambiguous prefix; throws `run-ambiguous`; undefined when there is none. */
  run(id: string): RunRecord | undefined;
  /** Marks runs whose owner is dead as interrupted, with an event each; returns them. Call it at every start. */
  markInterrupted(now: Instant): readonly RunSummary[];
  /** Holds a name (a system, a runbook) for this process until released. Throws `run-locked` (exit 11) naming the holder. */
  lease(name: string, run: string, now: Instant): Lease;
  /** Says that the run's owner is alive. Throws `run-not-running` or `lease-lost` when another process thought otherwise. */
  heartbeat(run: string, now: Instant): void;
  /** When an audience last got a message about something; undefined: never. */
  lastSent(query: SentQuery): Instant | undefined;
  /** The newest tamper test of a storage target. */
  tamperTest(storage: string): TamperTest | undefined;
  readonly catalog: Catalog;
  readonly soundPacks: SoundPacks;
  readonly storageSizes: StorageSizes;
  /** The events as they are chained, for keeping them elsewhere and taking them over from there. */
  readonly log: EventLog;
  readonly sealedMarks: SealedMarks;
  /** Reads every event and recomputes the hash chain. */
  verifyChain(): ChainVerdict;
  /** Makes the tables of runs, steps and backups anew from the events. */
  rebuild(): void;
  /** May be called twice. */
  close(): void;
}

export interface SentQuery {
  readonly message: string;
  readonly audience: string;
  /** As in the event `message.sent`. */
  readonly about: string;
}

export interface Lease {
  readonly name: string;
  /** Grows by one with each holder of the name: who has a lower one has lost it. */
  readonly token: number;
  /** Free for others. May be called twice; does nothing when the lease is lost. */
  release(): void;
}

/** `head`: the hash of the newest event, which vouches for all before it. */
export type ChainVerdict =
  | { readonly intact: true; readonly events: number; readonly head: string }
  | { readonly intact: false; readonly events: number; readonly sequence: number; readonly reason: string };

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
  /** Id of the journal of another machine that it was taken over from; undefined: it ran with this one. */
  readonly origin?: string | undefined;
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
  /** Why it was skipped or cancelled before it began. */
  readonly reason?: string | undefined;
}

/** The backups that exist, with what is known of them. */
export interface Catalog {
  /** Newest first. */
  backups(filter?: BackupFilter): readonly BackupRecord[];
  /** Full id or unambiguous prefix of at least 4 digits; throws `backup-ambiguous`; undefined when there is none. */
  find(id: string): BackupRecord | undefined;
  newest(system: string, filter?: Pick<BackupFilter, 'storage' | 'type'>): BackupRecord | undefined;
  /** When a verification of one of its backups last passed. */
  lastVerified(system: string): Instant | undefined;
  /** When a restore last ended whose data passed the source's own checks. */
  lastProvenRestore(system: string): Instant | undefined;
  /** Id of the backup whose restore last passed the source's own checks. */
  provenBackup(system: string): string | undefined;
  /** Duration of the newest proven restore, in milliseconds: one of single paths says nothing of the whole. */
  measuredRestore(system: string): number | undefined;
  /** Duration of the newest successful backup, in milliseconds. */
  measuredBackup(system: string): number | undefined;
  /** Duration of the newest copy of a backup of the system to the target, made after the backup, in milliseconds. */
  measuredCopy(system: string, storage: string): number | undefined;
  /** Consecutive failed backups of a system since the last one that was recorded, be it partial. */
  failuresInARow(system: string): number;
}

export interface BackupFilter {
  readonly system?: string;
  /** Only those that this target holds. */
  readonly storage?: string;
  readonly type?: BackupType;
  /** Only those that started at or before it. */
  readonly until?: Instant;
  readonly limit?: number;
}
