import type { BackupRecord } from '../base/backup.ts';
import type { BytePath } from '../base/capture.ts';
import type { Secret } from '../base/secret.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { BackupFilter, RunFilter, RunRecord, RunSummary } from '../journal/journal.ts';
import type { StatusReport } from '../observe/status.ts';
import type { RunbookPlan } from '../order/runbook.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Entry } from '../vault/vault.ts';
import type { GraphOptions, RecoveryGraph } from '../order/graph.ts';
import type { Difference, RepairReport } from '../vault/maintain/requests.ts';
import type { Move } from '../retention/moves.ts';
import type { KeyChange, KeyOptions, StorageKeys } from './keys.ts';
import type { CheckStorageOptions, StorageCheck, TamperReport } from './check-storage.ts';
import type { RebuildOutcome } from './rebuild.ts';
import type { LockedBackup } from './lock-storage.ts';
import type { MasterRotation, RotateMasterRequest } from './rotate-master.ts';
import type { SnapshotList } from './snapshots.ts';
import type {
  PreviewOptions,
  Preview,
  BackupOptions,
  CopyOptions,
  CopyOutcome,
  MoveOptions,
  MoveOutcome,
  VerifyOptions,
  PruneOptions,
  PruneEstimate,
  PruneOutcome,
  RepairOptions,
  RepairOutcome,
  RestoreOptions,
  RecoverOptions,
  NotifyOptions,
  RunOutcome,
  BackupOutcome,
  VerifyOutcome,
  VerifyStorageOptions,
  VerifyStorageOutcome,
  RestoreOutcome,
  RecoverOutcome,
  NotifyOutcome,
  RenderedText,
} from './requests.ts';

export type { OpenOptions } from './options.ts';
export type * from './requests.ts';

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
  /** The steps that `copy` would execute. */
  planCopies(options: CopyOptions): Promise<readonly PlannedStep[]>;
  /** Brings the copies of backups up to date with the plan. */
  copy(options: CopyOptions): Promise<CopyOutcome>;
  /** What lifecycles and full targets ask for. */
  planMoves(options: MoveOptions): Promise<readonly Move[]>;
  /** Each is copied and checked before it is taken away. */
  move(options: MoveOptions): Promise<MoveOutcome>;
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
  /** Tries out what muster relies on, in names of its own. */
  checkStorage(options: CheckStorageOptions): Promise<StorageCheck>;
  /** Attempts what a thief of the plan's credentials would do, on objects of its own. */
  tamperStorage(storage: string): Promise<TamperReport>;
  /** Locks what the backups in an immutable target need for as long as the plan promises. Throws `not-immutable`. */
  lockStorage(storage: string, signal?: AbortSignal): Promise<readonly LockedBackup[]>;
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
