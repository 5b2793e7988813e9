import type { RecoverOutcome, RecoveryReport } from '../index.ts';
import { isoOf, secondsOf, stepJson } from './json.ts';
import { findingsOf } from './text/findings.ts';

/** A recovery, or the simulation of one: what was planned, done and proven. */
export function recoverJson({ run, mode, status, record, report, plan }: RecoverOutcome): object {
  const { runbook, title, by, reason = null, planHash, declaredAt, verifiedAt, finishedAt } = report;
  return {
    run,
    mode,
    status,
    runbook,
    title,
    by,
    reason,
    planHash,
    declaredAt: isoOf(declaredAt),
    verifiedAt: isoOf(verifiedAt),
    finishedAt: isoOf(finishedAt),
    steps: record.steps.map(stepJson),
    rto: objectiveJson(report.rto),
    rpo: objectiveJson(report.rpo),
    systems: report.systems.map(systemJson),
    deviations: report.deviations,
    notTested: report.notTested,
    findings: findingsOf(record),
    plan: {
      estimateSeconds: plan.estimateMs / 1000,
      criticalPath: plan.criticalPath,
      recovers: plan.recovers.map(({ system, backup, at, dataLossMs }) => ({
        system,
        backup,
        at: isoOf(at),
        dataLossSeconds: dataLossMs / 1000,
      })),
      skipped: plan.skipped,
      warnings: plan.warnings,
    },
  };
}

function objectiveJson({ target, achieved, verdict, reasons }: RecoveryReport['rto']): object {
  return { target: secondsOf(target), achieved: secondsOf(achieved), verdict, reasons };
}

function systemJson({ durationMs, backupStartedAt, restoredAt, ...rest }: RecoveryReport['systems'][number]): object {
  const { files = null, bytes = null, recoveredTo = null } = rest;
  const [began, restored] = [isoOf(backupStartedAt), isoOf(restoredAt)];
  return {
    ...rest,
    files,
    bytes,
    recoveredTo,
    backupStartedAt: began,
    restoredAt: restored,
    tookSeconds: durationMs / 1000,
  };
}
