import type { BackupRecord } from '../../base/backup.ts';
import type { Instant, Milliseconds } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { Retry } from '../../plan/model/common.ts';
import type { Plan } from '../../plan/model/plan.ts';
import type { Expression, Moment, Runbook } from '../../plan/model/runbook.ts';
import type { PlannedStep } from '../step.ts';
import type { ParamValues } from './params.ts';

/** What is the same for the whole expansion, and what it gathers. */
export interface Expansion {
  readonly plan: Plan;
  readonly now: Instant;
  readonly moment: Moment;
  readonly reason: string | undefined;
  readonly backups: readonly BackupRecord[];
  /** Duration of the last successful restore of a system. */
  readonly measured: (system: string) => Milliseconds | undefined;
  /** Systems that are to be recovered; undefined: all that the runbook names. */
  readonly only: readonly string[] | undefined;
  /** Those of `only` that a step recovers. */
  readonly matched: Set<string>;
  /** In an order in which needs come first. */
  readonly steps: Map<string, PlannedStep>;
  /** Ends of what recovers each system, once it is in the list for good. */
  readonly recovered: Map<string, readonly string[]>;
  readonly recovers: RecoveredSystem[];
  readonly skipped: SkippedPart[];
  readonly withoutBackup: Set<string>;
  readonly warnings: string[];
}

export interface RecoveredSystem {
  readonly system: string;
  /** Id of the backup it is restored from. */
  readonly backup: string;
  /** Its moment: what was written before it is in the backup. */
  readonly at: Instant;
  /** From that moment to the moment that was asked for, else to now. */
  readonly dataLossMs: Milliseconds;
}

/** A part of a runbook that leads to no step, and why. */
export interface SkippedPart {
  readonly what: string;
  readonly reason: string;
}

/** Where in the expansion a list of steps stands. */
export interface Scope {
  /** Before the ids of its steps: empty, or `recover/orders/`. */
  readonly prefix: string;
  readonly params: ParamValues;
  /** True when `params` are not those of the run. */
  readonly inner: boolean;
  readonly runbook: Runbook;
  readonly priority: number;
  /** Must hold as well for each step; its params are bound in it already. */
  readonly when: Expression | undefined;
  /** For steps without their own. */
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry | undefined;
  /** Names of the runbooks and actions it stands in, to notice a circle. */
  readonly path: readonly string[];
}

/** A place in a list: what comes before whatever is put there. */
export interface Site {
  readonly expansion: Expansion;
  readonly scope: Scope;
  readonly needs: readonly string[];
}

/** A validated plan has no circle; a plan value made otherwise must not make this endless. */
export function enter(scope: Scope, name: string): readonly string[] {
  if (!scope.path.includes(name)) return [...scope.path, name];
  throw new MusterError(`${name} leads back to itself: ${[...scope.path, name].join(' → ')}`, {
    code: 'dependency-cycle',
    hint: 'Take one of these out of the steps.',
  });
}

/** What templates in the fields of steps may speak of. */
export function templateValues(expansion: Expansion, scope: Scope): Readonly<Record<string, unknown>> {
  const { plan, now, reason } = expansion;
  const { runbook, params } = scope;
  return {
    params,
    plan: { name: plan.name, timezone: plan.timezone },
    runbook: { name: runbook.name, title: runbook.title ?? runbook.name },
    incident: { type: runbook.incident ?? '', details: reason ?? '', startedAt: now },
  };
}
