import type { Milliseconds } from '../base/clock.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { BackupExecution } from '../schedule/execution.ts';
import { plainStep } from './restore-plan.ts';
import type { PlannedStep } from './step.ts';

/**
 * One step for each execution. Systems are independent of each other; executions of one system go one after the other,
 * because a system is never backed up twice at once. `measured`: duration of the newest backup of a system.
 */
export function planBackups(
  plan: Plan,
  executions: readonly BackupExecution[],
  measured: (system: string) => Milliseconds | undefined,
): readonly PlannedStep[] {
  const steps = new Map<string, PlannedStep>();
  const last = new Map<string, string>();
  for (const execution of executions) {
    const { system, priority, timeout, retry } = execution;
    const id = freshId(execution, steps);
    const before = last.get(system);
    const ms = measured(system);
    steps.set(id, {
      ...plainStep(plan, id, { kind: 'backup', execution }),
      needs: before === undefined ? [] : [before],
      priority,
      timeout,
      retry,
      estimate: ms === undefined ? { ms: 0, from: 'none' } : { ms, from: 'measured' },
    });
    last.set(system, id);
  }
  return [...steps.values()];
}

/** `backup/orders`, or `backup/orders/weekly` for a schedule; numbered when that is taken. */
function freshId({ system, schedule }: BackupExecution, steps: ReadonlyMap<string, PlannedStep>): string {
  const name = schedule === undefined ? `backup/${system}` : `backup/${system}/${schedule}`;
  let id = name;
  for (let count = 2; steps.has(id); count += 1) id = `${name}-${count}`;
  return id;
}
