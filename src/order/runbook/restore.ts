import type { BackupRecord } from '../../base/backup.ts';
import type { Moment } from '../../plan/model/runbook.ts';
import { dateTime } from '../../base/zone.ts';
import { chooseBackup } from '../choose-backup.ts';
import { recoveryEstimate } from '../estimate.ts';
import type { Estimate, StepAction } from '../step.ts';
import { addStep, noEstimate, type NewStep } from './add.ts';
import type { Expansion, Site } from './scope.ts';

export interface NewRestore extends Omit<NewStep, 'action' | 'estimate'> {
  readonly system: string;
  readonly moment: Moment;
  readonly paths: readonly string[];
  readonly place: Extract<StepAction, { readonly kind: 'restore' }>['place'];
}

/** Adds a restore of the backup that the moment asks for. A system without one is noted, and adds no step. */
export function addRestore({ expansion, needs }: Site, restore: NewRestore): readonly string[] {
  const { system, moment, paths, place, ...fields } = restore;
  const chosen = chooseBackup(expansion.plan, {
    system,
    moment: momentFor(moment, expansion),
    backups: expansion.backups,
  });
  if (chosen === undefined) {
    expansion.withoutBackup.add(system);
    return needs;
  }
  const { backup, storage } = chosen;
  const action = { kind: 'restore', system, backup, storage, place, paths, overwrite: 'always' } as const;
  addStep(expansion, { ...fields, action, estimate: estimateFor(expansion, system) });
  if (place.kind === 'in-place') noteRecovery(expansion, backup);
  return [fields.id];
}

function estimateFor({ plan, measured }: Expansion, name: string): Estimate {
  const system = plan.systems.get(name);
  return system === undefined ? noEstimate : recoveryEstimate(system, measured(name));
}

/** `run`: the moment that the run was asked for. */
function momentFor(moment: Moment, expansion: Expansion): Moment {
  return moment.kind === 'run' ? expansion.moment : moment;
}

function noteRecovery(expansion: Expansion, backup: BackupRecord): void {
  const { moment, now, plan } = expansion;
  const wanted = moment.kind === 'at' ? Math.min(moment.at, now) : now;
  const dataLossMs = Math.max(0, wanted - backup.startedAt);
  expansion.recovers.push({ system: backup.system, backup: backup.id, at: backup.startedAt, dataLossMs });
  if (backup.status === 'partial')
    expansion.warnings.push(
      `the backup of ${backup.system} from ${dateTime(backup.startedAt, plan.timezone)} is partial: some files could not be read`,
    );
}
