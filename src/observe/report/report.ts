import type { BackupRecord } from '../../base/backup.ts';
import type { Instant } from '../../base/clock.ts';
import type { RunRecord, StepRecord } from '../../journal/journal.ts';
import type { Plan } from '../../plan/model/plan.ts';
import { deviationsOf } from './deviations.ts';
import { achievedRpo, achievedRto, verifiedAt, type Achieved } from './objectives.ts';
import { notTested } from './not-tested.ts';
import { restoredSystems, type RestoredSystem } from './restored.ts';

/** What a recovery did and proved, from its record alone. Lengths of time are milliseconds. */
export interface RecoveryReport {
  readonly run: string;
  readonly runbook: string;
  readonly title: string;
  readonly mode: RunRecord['mode'];
  readonly status: RunRecord['status'];
  readonly by: string;
  readonly reason: string | undefined;
  readonly planHash: string;
  /** When the recovery was asked for: where the RTO begins. */
  readonly declaredAt: Instant;
  /** End of the last step that was more than a message; undefined unless the whole run succeeded. */
  readonly verifiedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
  readonly rto: Achieved;
  readonly rpo: Achieved;
  readonly systems: readonly RestoredSystem[];
  /** In the order in which they began; those that never began come last. */
  readonly steps: readonly StepRecord[];
  /** What did not go as planned. */
  readonly deviations: readonly string[];
  /** What this run does not prove. Never empty for a simulation. */
  readonly notTested: readonly string[];
}

export interface ReportOptions {
  /** Backups by their id; default: the ages of backups stay unknown. */
  readonly backup?: (id: string) => BackupRecord | undefined;
}

export function recoveryReport(run: RunRecord, plan: Plan, options: ReportOptions = {}): RecoveryReport {
  const systems = restoredSystems(run, options.backup ?? (() => undefined));
  const runbook = plan.runbooks.get(run.name);
  return {
    run: run.id,
    runbook: run.name,
    title: runbook?.title ?? run.name,
    mode: run.mode,
    status: run.status,
    by: run.by,
    reason: run.reason,
    planHash: run.planHash,
    declaredAt: run.startedAt,
    verifiedAt: verifiedAt(run),
    finishedAt: run.finishedAt,
    rto: achievedRto(run, runbook?.objectives.rto),
    rpo: achievedRpo(run, systems, runbook?.objectives.rpo),
    systems,
    steps: [...run.steps].sort(byStart),
    deviations: deviationsOf(run, plan),
    notTested: notTested(run, plan, systems),
  };
}

function byStart(a: StepRecord, b: StepRecord): number {
  return (a.startedAt ?? Number.MAX_SAFE_INTEGER) - (b.startedAt ?? Number.MAX_SAFE_INTEGER);
}
