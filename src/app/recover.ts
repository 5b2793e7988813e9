import { recoveryReport } from '../observe/report/report.ts';
import { planRunbook, type RunbookPlan } from '../order/runbook.ts';
import { execute } from './engine.ts';
import type { RecoverOptions, RecoverOutcome } from './requests.ts';
import type { State } from './state.ts';

export function planRecovery(state: State, options: RecoverOptions): RunbookPlan {
  const { params, moment, reason, systems } = options;
  const catalog = state.catalog();
  return planRunbook(state.plan, options.runbook, {
    params,
    moment,
    reason,
    systems,
    now: state.clock.now(),
    backups: catalog.backups(),
    measured: (system) => catalog.measuredRestore(system),
  });
}

export async function recover(state: State, options: RecoverOptions): Promise<RecoverOutcome> {
  const plan = planRecovery(state, options);
  const { runbook, mode, reason, signal } = options;
  const outcome = await execute(state, {
    kind: 'recover',
    name: runbook,
    mode,
    reason,
    steps: plan.steps,
    leases: [`runbook:${runbook}`, ...new Set(plan.recovers.map(({ system }) => `system:${system}`))],
    // Restores read: more at once than there are cores keeps the disks busy.
    concurrency: 4,
    onFailure: 'stop',
    context: { params: plan.params, incident: plan.incident },
    signal,
  });
  return {
    ...outcome,
    mode,
    plan,
    report: recoveryReport(outcome.record, state.plan, { backup: (id) => state.catalog().find(id) }),
  };
}
