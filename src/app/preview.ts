import type { Instant } from '../base/clock.ts';
import { judgeObjectives, type ObjectiveReport } from '../order/objectives.ts';
import { decide, type RetentionDecision } from '../retention/decide.ts';
import type { BackupExecution } from '../schedule/execution.ts';
import { executionsBetween } from '../schedule/executions.ts';
import { factsFrom } from './facts.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

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

export function preview(state: State, { from, until, systems }: PreviewOptions): Preview {
  const { plan } = state;
  for (const name of systems ?? []) named(plan.systems, name, 'system');
  const catalog = state.catalog();
  const backups = catalog.backups().filter((backup) => systems?.includes(backup.system) ?? true);
  return {
    from,
    until,
    systems,
    executions: executionsBetween(plan, { from, until, systems }),
    retention: decide(plan, backups, from),
    objectives: judgeObjectives(plan, { now: state.clock.now(), facts: factsFrom(catalog), systems }),
  };
}
