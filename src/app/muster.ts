import type { BackupRecord } from '../base/backup.ts';
import type { BytePath } from '../base/capture.ts';
import type { Instant } from '../base/clock.ts';
import type { Delivery } from '../base/delivery.ts';
import type { Secret } from '../base/secret.ts';
import type { ErrorFacts, MusterEvent, RunStatus } from '../journal/event.ts';
import type { BackupFilter, RunFilter, RunRecord, RunSummary } from '../journal/journal.ts';
import type { StatusReport } from '../observe/status.ts';
import type { RunbookPlan } from '../order/runbook.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Moment } from '../plan/model/runbook.ts';
import type { ParamValue } from '../plan/model/runbook.ts';
import type { BackupType, VerifyLevel } from '../plan/model/system.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { RecoveryReport } from '../observe/report/report.ts';
import type { Entry } from '../vault/vault.ts';
import type { GraphOptions, RecoveryGraph } from '../order/graph.ts';
import type { ObjectiveReport } from '../order/objectives.ts';
import type { RetentionDecision } from '../retention/decide.ts';
import type { Excess } from '../retention/guard.ts';
import type { Difference, RepairReport } from '../vault/maintain/requests.ts';
import type { BackupExecution } from '../schedule/execution.ts';
import type { KeyChange, KeyOptions, StorageKeys } from './keys.ts';
import type { RebuildOutcome } from './rebuild.ts';
import type { MasterRotation, RotateMasterRequest } from './rotate-master.ts';
import type { SnapshotList } from './snapshots.ts';

export type { OpenOptions } from './options.ts';

/** A plan with its state: everything that muster does, as functions. The command line uses nothing else. */
export interface Muster {
  readonly plan: Plan;
  /** Every event of every run; returns a function that ends it. A listener that throws harms nothing. */
  on(listener: (event: MusterEvent) => void): () => void;

  /** What would happen in a time; reads the catalog, changes nothing. */
  preview(options: PreviewOptions): Preview;
  /** The order of recovery, with measured times where there are some. */
  graph(options?: GraphOptions): RecoveryGraph;
  status(): Promise<StatusReport>;
  backups(filter?: BackupFilter): readonly BackupRecord[];
  /** Throws `backup-missing`, `backup-ambiguous`. */
  backupOf(id: string): BackupRecord;
  /** Entries of a backup below a path. */
  files(id: string, path?: BytePath): AsyncIterable<Entry>;
  runs(filter?: RunFilter): readonly RunSummary[];
  /** Throws `run-missing`. */
  run(id: string): RunRecord;

  /** The steps that `backup` would execute. */
  planBackup(options: BackupOptions): readonly PlannedStep[];
  backup(options: BackupOptions): Promise<BackupOutcome>;
  verify(options: VerifyOptions): Promise<VerifyOutcome>;
  /** Everything in storage targets, to the last byte. */
  verifyStorage(options: VerifyStorageOptions): Promise<VerifyStorageOutcome>;
  planRestore(options: RestoreOptions): readonly PlannedStep[];
  /** What a restore would meet, checked read-only. */
  checkRestore(options: RestoreOptions): Promise<RunOutcome>;
  restore(options: RestoreOptions): Promise<RestoreOutcome>;
  /** What retention decides, and what removing it would free. */
  estimatePrune(options: PruneOptions): Promise<PruneEstimate>;
  /** Removes what retention decides from every storage target. Throws `too-much-to-remove`. */
  prune(options: PruneOptions): Promise<PruneOutcome>;
  /** Reads a whole storage target, and says what is damaged and what of the backups is lost. */
  checkRepair(options: RepairOptions): Promise<RepairReport>;
  repair(options: RepairOptions): Promise<RepairOutcome>;
  /** What differs between two backups, in the order of the tree. */
  compareBackups(before: string, after: string): AsyncIterable<Difference>;
  planRecovery(options: RecoverOptions): RunbookPlan;
  /** Simulates unless `mode` is `execute`. */
  recover(options: RecoverOptions): Promise<RecoverOutcome>;
  notify(options: NotifyOptions): Promise<NotifyOutcome>;
  /** The texts that `notify` would send. */
  renderMessage(options: NotifyOptions): Promise<readonly RenderedText[]>;
  /** Every snapshot in a storage target, also those that other programs made. */
  snapshots(storage: string): Promise<SnapshotList>;
  /** Brings the backups that lie in a storage target back into the catalog. */
  rebuildCatalog(storage: string): Promise<RebuildOutcome>;
  /** The key slots of each storage target, and which of the plan's keys opens them. */
  listKeys(options: KeyOptions): Promise<readonly StorageKeys[]>;
  addKey(options: KeyOptions & { readonly key: string }): Promise<readonly KeyChange[]>;
  /** `what`: a key of the plan, or the first digits of a slot's id. */
  removeKey(options: KeyOptions & { readonly what: string }): Promise<readonly KeyChange[]>;
  /** New master keys: everything is encrypted anew, checked to the last byte, and takes the place of the old. */
  rotateMasters(request: RotateMasterRequest): Promise<readonly MasterRotation[]>;
  /** `old`: where the passphrase is that the key had before. */
  rotateKey(options: KeyOptions & { readonly key: string; readonly old: Secret }): Promise<readonly KeyChange[]>;
  close(): Promise<void>;
}

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
  readonly retention: readonly RetentionDecision[];
  readonly objectives: readonly ObjectiveReport[];
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
}

export interface PruneOutcome extends RunOutcome {
  readonly decisions: readonly RetentionDecision[];
  /** Backups that are on no storage target any more. */
  readonly removed: number;
  readonly bytesFreed: number;
  /** Copies that were not removed, and why. */
  readonly refused: readonly Fault[];
  readonly errors: readonly ErrorFacts[];
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
