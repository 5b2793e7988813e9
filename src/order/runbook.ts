import type { BackupRecord } from '../base/backup.ts';
import type { Instant, Milliseconds } from '../base/clock.ts';
import { closestName } from '../base/closest-name.ts';
import { formatDuration } from '../base/duration.ts';
import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Moment, ParamValue, Runbook } from '../plan/model/runbook.ts';
import { noBackupError } from './choose-backup.ts';
import { criticalPath } from './critical-path.ts';
import { expandList } from './runbook/expand.ts';
import { resolveParams, type ParamValues } from './runbook/params.ts';
import type { Expansion, RecoveredSystem, SkippedPart } from './runbook/scope.ts';
import { checkWhens } from './runbook/when.ts';
import type { PlannedStep } from './step.ts';

export type { RecoveredSystem, SkippedPart } from './runbook/scope.ts';

export interface RunbookRequest {
  /** Texts stand for numbers and booleans where the param is one. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Which backups `at: run` means; `run` here is the same as `latest`. */
  readonly moment: Moment;
  readonly now: Instant;
  /** Why it is run, for templates. */
  readonly reason?: string | undefined;
  /** Every backup that may be restored, in any order. */
  readonly backups: readonly BackupRecord[];
  /** Duration of the newest successful restore of a system. */
  readonly measured: (system: string) => Milliseconds | undefined;
  /** Of the systems that it recovers only these, and what they need. */
  readonly systems?: readonly string[] | undefined;
}

/** What a run of a runbook would do: the value that a dry run prints and a real run executes. */
export interface RunbookPlan {
  readonly runbook: string;
  readonly title: string;
  /** Each after what it needs. */
  readonly steps: readonly PlannedStep[];
  readonly params: ParamValues;
  /** What `incident` is in conditions and messages. */
  readonly incident: { readonly type: string; readonly details: string; readonly startedAt: Instant };
  /** How long the critical path takes; steps without an estimate count as nothing. */
  readonly estimateMs: Milliseconds;
  /** Ids of the steps that decide how long it takes, first to last. */
  readonly criticalPath: readonly string[];
  /** Systems that are restored in place, in the order of their restores. */
  readonly recovers: readonly RecoveredSystem[];
  readonly skipped: readonly SkippedPart[];
  readonly warnings: readonly string[];
}

/**
 * Expands a runbook: actions and recoveries become steps, templates are rendered, backups chosen. Pure: the same
 * arguments give the same plan. Throws `unknown-runbook`, `bad-params`, `no-backup` (naming every system that has
 * none), `unknown-system`, `template-failed`, and faults that validation finds as well.
 */
export function planRunbook(plan: Plan, name: string, request: RunbookRequest): RunbookPlan {
  const runbook = plan.runbooks.get(name);
  if (runbook === undefined) throw unknownRunbook(plan, name);
  const params = resolveParams(runbook.params, request.params, `runbook ${name}`);
  const expansion = newExpansion(plan, request);
  const scope = { prefix: '', params, inner: false, runbook, priority: 0, path: [`runbook ${name}`] };
  const limits = { when: undefined, timeout: undefined, retry: undefined };
  expandList(runbook.steps, { expansion, scope: { ...scope, ...limits }, needs: [] });
  checkComplete(expansion, runbook);
  return resultOf(expansion, runbook, params);
}

function unknownRunbook(plan: Plan, name: string): MusterError {
  const meant = closestName(name, plan.runbooks.keys());
  const names = [...plan.runbooks.keys()];
  return new MusterError(`there is no runbook ${name} in the plan`, {
    code: 'unknown-runbook',
    hint:
      meant !== undefined
        ? `Did you mean ${meant}?`
        : names.length > 0
          ? `There are: ${names.join(', ')}.`
          : 'The plan has none.',
  });
}

function newExpansion(plan: Plan, request: RunbookRequest): Expansion {
  const { moment, now, reason, backups, measured, systems } = request;
  return {
    plan,
    now,
    moment,
    reason,
    backups,
    measured,
    only: systems === undefined || systems.length === 0 ? undefined : systems,
    matched: new Set(),
    steps: new Map(),
    recovered: new Map(),
    recovers: [],
    skipped: [],
    withoutBackup: new Set(),
    warnings: [],
  };
}

function checkComplete(expansion: Expansion, runbook: Runbook): void {
  const { only, matched, plan, withoutBackup, moment, steps } = expansion;
  const strange = only?.find((name) => !matched.has(name));
  if (strange !== undefined) throw notRecovered(strange, runbook, plan);
  if (withoutBackup.size > 0) throw noBackupError([...withoutBackup], moment, plan.timezone);
  checkWhens(steps);
}

function notRecovered(system: string, runbook: Runbook, plan: Plan): MusterError {
  const meant = closestName(system, plan.systems.keys());
  const known = plan.systems.has(system);
  return new MusterError(`runbook ${runbook.name} does not recover ${system}`, {
    code: 'unknown-system',
    hint:
      !known && meant !== undefined
        ? `Did you mean ${meant}?`
        : 'Choose systems of its recover steps, or what they need.',
  });
}

function resultOf(expansion: Expansion, runbook: Runbook, params: ParamValues): RunbookPlan {
  const steps = [...expansion.steps.values()];
  const critical = criticalPath(steps.map(({ id, needs, estimate }) => ({ name: id, needs, ms: estimate.ms })));
  return {
    runbook: runbook.name,
    title: runbook.title ?? runbook.name,
    steps,
    params,
    incident: { type: runbook.incident ?? '', details: expansion.reason ?? '', startedAt: expansion.now },
    estimateMs: critical.ms,
    criticalPath: critical.path,
    recovers: expansion.recovers,
    skipped: expansion.skipped,
    warnings: [...new Set([...expansion.warnings, ...objectiveWarnings(runbook, expansion, critical.ms)])],
  };
}

function objectiveWarnings({ objectives }: Runbook, { recovers, steps }: Expansion, ms: Milliseconds): string[] {
  const { rto, rpo } = objectives;
  const guessless = [...steps.values()].filter(
    ({ action, estimate }) => action.kind === 'restore' && estimate.from === 'none',
  );
  const late = recovers.filter(({ dataLossMs }) => rpo !== undefined && dataLossMs > rpo);
  return [
    ...(rto !== undefined && ms > rto
      ? [`it takes about ${formatDuration(ms)}, longer than its objective of ${formatDuration(rto)}`]
      : []),
    ...late.map(
      ({ system, dataLossMs }) =>
        `${system} loses ${formatDuration(dataLossMs)}, more than the objective of ${formatDuration(rpo ?? 0)}`,
    ),
    ...guessless.map(({ id }) => `${id} has no estimate: no restore was measured, and the plan gives none`),
  ];
}
