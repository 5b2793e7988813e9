import { MusterError } from '../base/error.ts';
import type { RunRecord } from '../journal/journal.ts';
import { planBackups } from '../order/backup-plan.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { System } from '../plan/model/system.ts';
import { manualExecution } from '../schedule/executions.ts';
import { copyAfter } from './copy.ts';
import { execute } from './engine.ts';
import { tellLag } from './lag.ts';
import type { BackupLine, BackupOptions, BackupOutcome } from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';

export function planBackup(state: State, options: BackupOptions): readonly PlannedStep[] {
  const { type, schedule } = options;
  const now = state.clock.now();
  const executions = chosenSystems(state.plan, options).map((system) =>
    manualExecution(state.plan, system, { type, schedule, now }),
  );
  return planBackups(state.plan, executions, (system) => state.catalog().measuredBackup(system));
}

export async function backup(state: State, options: BackupOptions): Promise<BackupOutcome> {
  const steps = planBackup(state, options);
  const systems = steps.map((step) => executionOf(step).system);
  const outcome = await execute(state, {
    kind: 'backup',
    name: systems.join(', '),
    steps,
    leases: systems.map((system) => `system:${system}`),
    onFailure: 'continue',
    signal: options.signal,
  });
  const backups = steps.map((step) => lineOf(step, outcome.record));
  const made = backups.flatMap(({ backup }) => backup ?? []);
  const copies = await copyAfter(state, made, options.signal);
  await tellLag(state, systems);
  return { ...outcome, backups, copies };
}

/** Systems asked for by name, else all with a source that the tier and the schedule leave. */
function chosenSystems(plan: Plan, { systems = [], tier, schedule }: BackupOptions): readonly System[] {
  if (tier !== undefined) named(plan.tiers, tier, 'tier');
  if (systems.length > 0) return [...new Set(systems)].map((name) => named(plan.systems, name, 'system'));
  const chosen = [...plan.systems.values()].filter(
    (system) =>
      system.source &&
      (tier === undefined || system.tier === tier) &&
      (schedule === undefined || system.schedules.some((candidate) => candidate.name === schedule)),
  );
  if (chosen.length > 0) return chosen.toSorted((a, b) => a.priority - b.priority);
  throw new MusterError('no system is left to be backed up', {
    code: 'nothing-to-back-up',
    hint: 'Choose another tier or schedule; muster preview shows what there is.',
  });
}

function executionOf(step: PlannedStep): Extract<PlannedStep['action'], { kind: 'backup' }>['execution'] {
  if (step.action.kind === 'backup') return step.action.execution;
  throw new Error(`${step.id} is no backup`);
}

function lineOf(step: PlannedStep, run: RunRecord): BackupLine {
  const { system, type } = executionOf(step);
  const record = run.steps.find((candidate) => candidate.id === step.id);
  const end = endOf(run, step.id);
  return {
    system,
    type,
    backup: factsOf(end, 'backup')?.backup,
    faults: end?.faults ?? [],
    error: errorOf(run, step.id),
    notice: end?.output,
    startedAt: record?.startedAt,
    finishedAt: record?.finishedAt,
  };
}
