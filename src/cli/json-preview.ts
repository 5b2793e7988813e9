import {
  formatInstant,
  type BackupExecution,
  type CopyExecution,
  type ObjectiveReport,
  type Preview,
  type RecoveryGraph,
  type StatusReport,
  type StorageOutlook,
} from '../index.ts';
import { isoOf, secondsOf } from './json.ts';

/** `at` carries the schedule's own offset. */
export function executionJson(execution: BackupExecution): object {
  const { at, timezone, system, schedule, type, to, copies, replication = 'synchronous' } = execution;
  return { at: formatInstant(at, timezone), system, schedule: schedule ?? null, type, to, copies, replication };
}

/** A time at which a batch of copies is made. */
export function copyExecutionJson({ at, timezone, system, to }: CopyExecution): object {
  return { at: formatInstant(at, timezone), system, to };
}

export function previewJson(preview: Preview): object {
  return {
    from: isoOf(preview.from),
    until: isoOf(preview.until),
    executions: preview.executions.map(executionJson),
    copies: preview.copies.map(copyExecutionJson),
    retention: preview.retention.map(decisionJson),
    objectives: preview.objectives.map(objectiveJson),
    immutability: preview.immutability.map(({ lockedFor, keptFor, ...judged }) => ({
      ...judged,
      lockedFor: secondsOf(lockedFor),
      keptFor: secondsOf(keptFor),
    })),
    storage: preview.storage.map(({ name, capacity, ...outlook }) => ({
      name,
      capacity: capacity ?? null,
      ...outlookJson(outlook),
    })),
  };
}

export function decisionJson({ schedule, storage, startedAt, ...decision }: Preview['retention'][number]): object {
  return { ...decision, schedule: schedule ?? null, storage: storage ?? null, startedAt: isoOf(startedAt) };
}

/** Lengths of time are seconds. */
function objectiveJson(report: ObjectiveReport): object {
  const { system, rpo, rto, copies, proof } = report;
  return {
    system,
    rpo: {
      ...rpo,
      target: secondsOf(rpo.target),
      worst: secondsOf(rpo.worst),
      copies: rpo.copies.map((copy) => ({ ...copy, worst: secondsOf(copy.worst) })),
    },
    rto: { ...rto, target: secondsOf(rto.target), estimate: secondsOf(rto.estimate) },
    copies: { ...copies, target: copies.target ?? null },
    proof: { ...proof, target: secondsOf(proof.target), age: secondsOf(proof.age) },
  };
}

export function graphJson(graph: RecoveryGraph): object {
  const { order, criticalPath, estimateSeconds } = graph;
  return { order, criticalPath, estimateSeconds };
}

/** Growth is bytes a day. */
function outlookJson({ used, measuredAt, growth, fullAt, cost }: StorageOutlook): object {
  return {
    used: used ?? null,
    measuredAt: isoOf(measuredAt),
    growth: growth === undefined ? null : Math.round(growth),
    fullAt: isoOf(fullAt),
    cost: cost
      ? {
          currency: cost.currency,
          perMonth: rounded(cost.perMonth),
          perMonthInAYear: rounded(cost.perMonthInAYear),
          restore: rounded(cost.restore),
        }
      : null,
  };
}

function rounded(amount: number | undefined): number | null {
  return amount === undefined ? null : Math.round(amount * 10_000) / 10_000;
}

export function statusJson(report: StatusReport): object {
  return {
    at: isoOf(report.at),
    systems: report.systems.map((system) => ({
      ...system,
      tier: system.tier ?? null,
      lastBackup: isoOf(system.lastBackup),
      lastVerified: isoOf(system.lastVerified),
      lastProvenRestore: isoOf(system.lastProvenRestore),
      nextBackup: isoOf(system.nextBackup),
      rpo: { ...system.rpo, target: secondsOf(system.rpo.target), age: secondsOf(system.rpo.age) },
      proof: { ...system.proof, target: secondsOf(system.proof.target), age: secondsOf(system.proof.age) },
      copies: system.copies.map((copy) => ({ ...copy, lag: secondsOf(copy.lag), age: secondsOf(copy.age) })),
    })),
    storage: report.storage.map(({ capacity = null, fraction = null, location = null, ...storage }) => ({
      ...storage,
      ...outlookJson(storage),
      tamperTest: storage.tamperTest
        ? {
            verdict: storage.tamperTest.verdict,
            at: isoOf(storage.tamperTest.at),
            age: secondsOf(storage.tamperTest.age),
          }
        : null,
      catalog: storage.catalog
        ? { ...storage.catalog, at: isoOf(storage.catalog.at), fault: storage.catalog.fault ?? null }
        : null,
      changes: storage.changes ?? null,
      location,
      capacity,
      fraction,
    })),
    alerts: [],
  };
}
