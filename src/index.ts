/*
 * The public API. `loadPlan` reads and checks a plan; `openMuster` does everything with it that the command line does.
 *
 *     const { plan, diagnostics } = await loadPlan('muster.yaml', { env: process.env });
 *     const muster = openMuster(plan);
 *     await muster.backup({ systems: ['orders'] });
 *     await muster.close();
 */
export * from './language.ts';
export { openMuster } from './app.ts';
export type * from './app/muster.ts';
export type { KeyChange, KeyOptions, SlotLine, StorageKeys } from './app/keys.ts';
export type { CaseResult, CheckStorageOptions, StorageCheck, TamperReport } from './app/check-storage.ts';
export type { RebuildOutcome } from './app/rebuild.ts';
export type { TakenCatalog, TakenEvidence } from './app/sealed/take-over.ts';
export { initFrom, type InitFromOptions, type InitFromOutcome } from './app/init-from.ts';
export { placeOfFolder, placeOfPlan, type Place } from './app/place.ts';
export type { NeededSecret } from './app/secret-list.ts';
export type { MasterRotation, RotateMasterRequest } from './app/rotate-master.ts';
export type { SnapshotLine, SnapshotList } from './app/snapshots.ts';
export { backupTypes, ratiosOf } from './base/backup.ts';
export type { BackupRecord, CaptureManifest, StoredCopy } from './base/backup.ts';
export type { Delivery } from './base/delivery.ts';
export type { ErrorFacts, MusterEvent, RunKind, RunStatus } from './journal/event.ts';
export type { BackupFilter, RunFilter, RunRecord, RunSummary, StepRecord } from './journal/journal.ts';
export { renderGraph, type GraphFormat } from './observe/graph/render.ts';
export { renderReport } from './observe/report/markdown.ts';
export type { RecoveryReport } from './observe/report/report.ts';
export { resticPlace } from './observe/restic-place.ts';
export type { StorageOutlook } from './observe/outlook.ts';
export type { StatusReport } from './observe/status.ts';
export { renderBackups } from './observe/text/backups.ts';
export { renderPreview } from './observe/text/preview.ts';
export { renderRuns } from './observe/text/runs.ts';
export { renderSchedule } from './observe/text/schedule.ts';
export { renderStatus } from './observe/text/status.ts';
export { table } from './observe/text/table.ts';
export { plain as plainPaint, type Paint } from './observe/text/paint.ts';
export type { RecoveryGraph } from './order/graph.ts';
export { judgeObjectives, type ObjectiveReport } from './order/objectives.ts';
export { planRunbook, type RunbookPlan } from './order/runbook.ts';
export type { PlannedStep } from './order/step.ts';
export type { BackupExecution, CopyExecution } from './schedule/execution.ts';
export type { Entry } from './vault/vault.ts';
export type { Difference, RepairReport } from './vault/maintain/requests.ts';
export { renderRetention } from './observe/text/retention.ts';
