import type { BackupRecord } from '../base/backup.ts';
import type { Milliseconds } from '../base/clock.ts';
import { closestName } from '../base/closest-name.ts';
import { MusterError } from '../base/error.ts';
import type { Moment } from '../plan/model/runbook.ts';
import type { Plan } from '../plan/model/plan.ts';
import { chooseBackup, noBackupError, noCopyError, storageOf, type ChosenBackup } from './choose-backup.ts';
import { recoveryEstimate } from './estimate.ts';
import type { PlannedStep, StepAction } from './step.ts';
import { titleOf } from './title.ts';

type RestoreAction = Extract<StepAction, { readonly kind: 'restore' }>;

export interface RestoreRequest {
  /** A backup, or a system: its newest backup at or before the moment. */
  readonly what: { readonly backup: BackupRecord } | { readonly system: string };
  readonly moment: Moment;
  readonly place: RestoreAction['place'];
  /** Patterns over paths of the backup; empty: everything. */
  readonly paths: readonly string[];
  readonly overwrite: RestoreAction['overwrite'];
  /** Read from this target only. */
  readonly storage?: string | undefined;
  readonly backups: readonly BackupRecord[];
  readonly measured: (system: string) => Milliseconds | undefined;
}

/**
 * The restore of one system. In place and whole, the system's probes follow: it counts as restored when they are
 * healthy. Throws `unknown-system`, `unknown-storage`, `no-backup`, `no-copy`.
 */
export function planRestore(plan: Plan, request: RestoreRequest): readonly PlannedStep[] {
  const { place, paths, overwrite, measured } = request;
  const { backup, storage } = chosenBackup(plan, request);
  const { system } = backup;
  const action: RestoreAction = { kind: 'restore', system, backup, storage, place, paths, overwrite };
  const known = plan.systems.get(system);
  const step = plainStep(plan, `restore/${system}`, action);
  const restore = known === undefined ? step : { ...step, estimate: recoveryEstimate(known, measured(system)) };
  return [restore, ...(place.kind === 'in-place' && paths.length === 0 ? probesOf(plan, system, restore.id) : [])];
}

function chosenBackup(plan: Plan, request: RestoreRequest): ChosenBackup {
  const { what, moment, backups, storage } = request;
  if (storage !== undefined && !plan.storage.has(storage))
    throw unknown('storage target', storage, plan.storage.keys());
  if ('backup' in what) return copiesOf(plan, what.backup, storage);
  const { system } = what;
  if (!plan.systems.has(system)) throw unknown('system', system, plan.systems.keys());
  const chosen = chooseBackup(plan, { system, moment, backups, storage });
  if (chosen === undefined) throw noBackupError([system], moment, plan.timezone);
  return chosen;
}

function copiesOf(plan: Plan, backup: BackupRecord, only: string | undefined): ChosenBackup {
  const storage = storageOf(plan, backup, only);
  if (storage.length > 0) return { backup, storage };
  throw noCopyError(backup, only);
}

function unknown(what: string, name: string, names: Iterable<string>): MusterError {
  const known = [...names];
  const meant = closestName(name, known);
  return new MusterError(`there is no ${what} ${name} in the plan`, {
    code: what === 'system' ? 'unknown-system' : 'unknown-storage',
    hint: meant === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

function probesOf(plan: Plan, system: string, after: string): readonly PlannedStep[] {
  return (plan.systems.get(system)?.probes ?? []).map((probe) => ({
    ...plainStep(plan, `probe/${probe}`, { kind: 'probe', probe, for: undefined }),
    needs: [after],
  }));
}

/** A step that stands for itself: no condition, no limit, no second try. */
export function plainStep(plan: Plan, id: string, action: StepAction): PlannedStep {
  return {
    id,
    title: titleOf(action, plan.timezone),
    needs: [],
    priority: 0,
    action,
    when: undefined,
    timeout: undefined,
    retry: { limit: 0, interval: 0, backoff: 1 },
    verify: [],
    estimate: { ms: 0, from: 'none' },
  };
}
