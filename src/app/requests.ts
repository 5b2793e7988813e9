import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import type { Delivery } from '../base/delivery.ts';
import type { ErrorFacts, RunStatus } from '../journal/event.ts';
import type { RunRecord } from '../journal/journal.ts';
import type { RunbookPlan } from '../order/runbook.ts';
import type { Moment } from '../plan/model/runbook.ts';
import type { ParamValue } from '../plan/model/runbook.ts';
import type { BackupType, VerifyLevel } from '../plan/model/system.ts';
import type { RecoveryReport } from '../observe/report/report.ts';
import type { ObjectiveReport } from '../order/objectives.ts';
import type { ImmutabilityJudgement } from '../order/objectives/immutability.ts';
import type { StorageOutlook } from '../observe/outlook.ts';
import type { RetentionDecision } from '../retention/decide.ts';
import type { Excess } from '../retention/guard.ts';
import type { RepairReport } from '../vault/maintain/requests.ts';
import type { BackupExecution, CopyExecution } from '../schedule/execution.ts';
import type { SkippedStorage } from './skipped-storage.ts';

export interface PreviewOptions {
  readonly from: Instant;
  /** Not in the window itself. */
  readonly until: Instant;
  /** Undefined: all. */
  readonly systems?: readonly string[] | undefined;
}

/** What would happen within a window, what retention would decide at its start, and the verdicts on objectives. */
export interface Preview extends PreviewOptions {
  readonly executions: readonly BackupExecution[];
  /** When batches of copies are made. */
  readonly copies: readonly CopyExecution[];
  readonly retention: readonly RetentionDecision[];
  readonly objectives: readonly ObjectiveReport[];
  /** What targets hold, by what was measured last. */
  readonly storage: readonly (StorageOutlook & { readonly name: string; readonly capacity: number | undefined })[];
  /** Whether the locks of immutable targets suit what is kept there. */
  readonly immutability: readonly ImmutabilityJudgement[];
}

export interface BackupOptions {
  /** Names; empty or undefined: all that have a source, narrowed by tier and schedule. */
  readonly systems?: readonly string[] | undefined;
  readonly tier?: string | undefined;
  readonly schedule?: string | undefined;
  /** Default: that of the schedule, else `incremental`. */
  readonly type?: BackupType | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface VerifyOptions {
  /** Ids; empty: the newest backup of each system. */
  readonly backups?: readonly string[];
  readonly system?: string | undefined;
  /** Default: the first target that holds the backup. */
  readonly storage?: string | undefined;
  /** `all`: each target that holds the backup. Default: `first`. */
  readonly copies?: 'first' | 'all' | undefined;
  readonly level?: VerifyLevel | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyOptions {
  /** Only to this target. */
  readonly to?: string | undefined;
  /** Only this backup: an id or its first digits. Together with `to`, whatever the plan and retention say of it. */
  readonly backup?: string | undefined;
  /** Only of these systems; undefined or empty: all. */
  readonly systems?: readonly string[] | undefined;
  /** `due`: batches wait for their time. Default: `all` that is missing. */
  readonly which?: 'all' | 'due' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of each copy that was missing. */
export interface CopyLine {
  readonly backup: string;
  readonly system: string;
  readonly storage: string;
  /** `elsewhere`: another run is making it, or has made it. */
  readonly status: 'stored' | 'failed' | 'elsewhere' | 'not-tried';
  readonly from: string | undefined;
  readonly bytesStored: number | undefined;
  /** For people: sources that were passed over, or why it is left to another run. */
  readonly notes: readonly string[];
  readonly error: ErrorFacts | undefined;
}

/** Undefined `run`: nothing was missing, and nothing is on record. */
export interface CopyOutcome {
  readonly run: RunOutcome | undefined;
  readonly copies: readonly CopyLine[];
}

export type { Move } from '../retention/moves.ts';

export interface MoveOptions {
  /** Only from this target. */
  readonly storage?: string | undefined;
  readonly reason?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one move. */
export interface MoveLine {
  readonly backup: string;
  readonly system: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly status: 'moved' | 'failed';
  readonly error: ErrorFacts | undefined;
}

/** `run`: undefined when nothing was to be moved. */
export interface MoveOutcome {
  readonly run: RunOutcome | undefined;
  readonly moves: readonly MoveLine[];
  readonly bytesFreed: number;
}

export interface PruneOptions {
  /** Only these; undefined or empty: all. */
  readonly systems?: readonly string[] | undefined;
  /** Share of a scope that may be removed without being asked for, 0 to 1. Default 0.5. */
  readonly maxDelete?: number | undefined;
  readonly excess?: 'refuse' | 'allow' | undefined;
  /** `override`: removes also what the guard would hold back. */
  readonly guard?: 'hold' | 'override' | undefined;
  readonly reason?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PruneEstimate {
  readonly decisions: readonly RetentionDecision[];
  /** Scopes of which more than `maxDelete` would go. */
  readonly excess: readonly Excess[];
  readonly bytesFreed: number;
  readonly skipped: readonly SkippedStorage[];
}

export interface PruneOutcome extends RunOutcome {
  readonly decisions: readonly RetentionDecision[];
  /** Backups that are on no storage target any more. */
  readonly removed: number;
  readonly bytesFreed: number;
  /** Copies that were not removed, and why. */
  readonly refused: readonly Fault[];
  /** What storage targets keep locked: copies of backups that would have gone, and bytes that nothing needs. */
  readonly locked: readonly LockedStorage[];
  readonly skipped: readonly SkippedStorage[];
  readonly errors: readonly ErrorFacts[];
}

export interface LockedStorage {
  readonly storage: string;
  readonly backups: number;
  readonly bytes: number;
  /** When the last of these locks ends; undefined: it is not known, or never. */
  readonly until: Instant | undefined;
}

export interface RepairOptions {
  readonly storage: string;
  /** Snapshots that muster did not make, and that may be replaced all the same: full ids. */
  readonly foreign?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RepairOutcome extends RunOutcome {
  readonly report: RepairReport | undefined;
  readonly error: ErrorFacts | undefined;
}

export interface RestoreOptions {
  /** A backup's id, or a system's name: its newest backup, or the newest at `moment`. */
  readonly what: string;
  readonly moment: Moment;
  readonly place: { readonly kind: 'in-place' } | { readonly kind: 'folder'; readonly path: string };
  readonly paths: readonly string[];
  readonly overwrite: 'never' | 'always';
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RecoverOptions {
  readonly runbook: string;
  readonly mode: 'simulate' | 'execute';
  readonly moment: Moment;
  readonly params: Readonly<Record<string, string | ParamValue>>;
  /** Only these systems of its `recover` steps, and what they need. */
  readonly systems?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface NotifyOptions {
  readonly message: string;
  readonly audiences: readonly string[];
  readonly set: Readonly<Record<string, ParamValue>>;
}

export interface RunOutcome {
  readonly run: string;
  readonly status: RunStatus;
  readonly record: RunRecord;
}

export interface BackupOutcome extends RunOutcome {
  readonly backups: readonly BackupLine[];
  /** Of the run that follows for backups whose copies are asynchronous. */
  readonly copies: CopyOutcome;
}

/** What became of one system of a backup run. */
export interface BackupLine {
  readonly system: string;
  readonly backup: BackupRecord | undefined;
  /** What could not be read, or copied. */
  readonly faults: readonly Fault[];
  readonly error: ErrorFacts | undefined;
  /** What was asked for; the backup says what was done. */
  readonly type: BackupType;
  /** For people: what is worth knowing besides, such as that it became full. */
  readonly notice?: string | undefined;
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
}

export interface VerifyOutcome extends RunOutcome {
  readonly results: readonly VerifyLine[];
}

export interface VerifyStorageOptions {
  /** Default: each target that holds something. */
  readonly storage?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface VerifyStorageOutcome extends RunOutcome {
  readonly results: readonly VerifyStorageLine[];
}

export type VerifyStorageLine = Omit<VerifyLine, 'backup' | 'system' | 'level'>;

export interface VerifyLine {
  readonly backup: string;
  readonly system: string;
  readonly level: VerifyLevel;
  readonly storage: string;
  readonly score: number;
  readonly passed: boolean;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  /** What nobody may conclude from the checks, in words. */
  readonly notTested: readonly string[];
  readonly error: ErrorFacts | undefined;
}

export interface RestoreOutcome extends RunOutcome {
  readonly files: number;
  readonly bytes: number;
  readonly recoveredTo: string | undefined;
  /** What was restored from. */
  readonly backup: BackupRecord | undefined;
  /** For people: which storage target it came from, and why not from another. */
  readonly notes: readonly string[];
  /** What was asked for and is not there, and checks of the restored data that did not pass. */
  readonly missing: readonly Fault[];
  /** Why steps of it did not succeed. */
  readonly errors: readonly ErrorFacts[];
}

/** One thing that went wrong: which path, what kind of fault, and what exactly. */
export interface Fault {
  readonly path: string;
  readonly kind: string;
  readonly detail: string;
}

export interface RecoverOutcome extends RunOutcome {
  readonly mode: 'simulate' | 'execute';
  readonly plan: RunbookPlan;
  readonly report: RecoveryReport;
}

export interface NotifyOutcome extends RunOutcome {
  readonly deliveries: readonly Delivery[];
  readonly error: ErrorFacts | undefined;
}

export interface RenderedText {
  readonly audience: string;
  readonly channels: readonly string[];
  readonly subject: string;
  readonly text: string;
}
