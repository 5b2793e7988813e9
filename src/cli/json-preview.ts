import {
  formatInstant,
  type BackupExecution,
  type ObjectiveReport,
  type Preview,
  type RecoveryGraph,
  type StatusReport,
} from '../index.ts';
import { isoOf } from './json.ts';

/** `at` carries the schedule's own offset. */
export function executionJson(execution: BackupExecution): object {
  const { at, timezone, system, schedule, type, to, copies } = execution;
  return { at: formatInstant(at, timezone), system, schedule, type, to, copies };
}

export function previewJson(preview: Preview): object {
  return {
    executions: preview.executions.map(executionJson),
    retention: preview.retention.map(({ backup, system, action, reasons }) => ({ backup, system, action, reasons })),
    objectives: preview.objectives.map(objectiveJson),
  };
}

/** Lengths of time are seconds. */
function objectiveJson(report: ObjectiveReport): object {
  const { system, rpo, rto, copies, proof } = report;
  return {
    system,
    rpo: { ...rpo, target: seconds(rpo.target), worst: seconds(rpo.worst) },
    rto: { ...rto, target: seconds(rto.target), estimate: seconds(rto.estimate) },
    copies,
    proof: { ...proof, target: seconds(proof.target), age: seconds(proof.age) },
  };
}

export function graphJson(graph: RecoveryGraph): object {
  const { order, criticalPath, estimateSeconds } = graph;
  return { order, criticalPath, estimateSeconds };
}

export function statusJson(report: StatusReport): object {
  return {
    systems: report.systems.map((system) => ({
      ...system,
      lastBackup: isoOf(system.lastBackup) ?? null,
      lastVerified: isoOf(system.lastVerified) ?? null,
      lastProvenRestore: isoOf(system.lastProvenRestore) ?? null,
      rpo: { ...system.rpo, target: seconds(system.rpo.target), age: seconds(system.rpo.age) },
    })),
    storage: report.storage,
    alerts: [],
  };
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms / 1000);
}
