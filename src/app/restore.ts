import { closestName } from '../base/closest-name.ts';
import { MusterError } from '../base/error.ts';
import type { PlannedStep } from '../order/step.ts';
import { planRestore } from '../order/restore-plan.ts';
import { execute, type Work } from './engine.ts';
import type { RestoreOptions, RestoreOutcome, RunOutcome } from './requests.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import { planSnapshotRestore } from './snapshots.ts';
import type { State } from './state.ts';

export function plannedRestore(state: State, options: RestoreOptions): readonly PlannedStep[] {
  const { what, moment, place, paths, overwrite, from } = options;
  const catalog = state.catalog();
  const backup = state.plan.systems.has(what) ? undefined : catalog.find(what);
  if (!backup && !state.plan.systems.has(what)) throw neither(state, what);
  return planRestore(state.plan, {
    what: backup ? { backup } : { system: what },
    moment,
    place,
    paths,
    overwrite,
    storage: from,
    backups: catalog.backups(),
    measured: (system) => catalog.measuredRestore(system),
  });
}

export async function checkRestore(state: State, options: RestoreOptions): Promise<RunOutcome> {
  return execute(state, { ...(await workOf(state, options)), mode: 'simulate' });
}

export async function restore(state: State, options: RestoreOptions): Promise<RestoreOutcome> {
  const work = await workOf(state, options);
  const { run, status, record } = await execute(state, work);
  const ends = work.steps.map((step) => endOf(record, step.id));
  const facts = ends.map((end) => factsOf(end, 'restore')).find((found) => found !== undefined);
  return {
    run,
    status,
    record,
    backup: work.steps.flatMap(({ action }) => (action.kind === 'restore' ? [action.backup] : []))[0],
    files: facts?.files ?? 0,
    bytes: facts?.bytes ?? 0,
    recoveredTo: facts?.recoveredTo || undefined,
    notes: ends.flatMap((end) => end?.output?.split('\n') ?? []),
    missing: ends.flatMap((end) => end?.faults ?? []),
    errors: work.steps.flatMap((step) => errorOf(record, step.id) ?? []),
  };
}

function neither(state: State, what: string): MusterError {
  const meant = closestName(what, state.plan.systems.keys());
  return new MusterError(`there is neither a system nor a backup ${what}`, {
    code: 'unknown-system',
    hint:
      meant === undefined
        ? `Systems: ${[...state.plan.systems.keys()].join(', ')}; muster backups lists the backups.`
        : `Did you mean ${meant}?`,
  });
}

async function workOf(state: State, options: RestoreOptions): Promise<Work> {
  const steps = await stepsOf(state, options);
  const systems = steps.flatMap((step) => (step.action.kind === 'restore' ? [step.action.system] : []));
  return {
    kind: 'restore',
    name: systems.join(', '),
    steps,
    leases: options.place.kind === 'in-place' ? systems.map((system) => `system:${system}`) : [],
    onFailure: 'stop',
    signal: options.signal,
  };
}

/** What the catalog does not know may be a snapshot in the target that was named. */
async function stepsOf(state: State, options: RestoreOptions): Promise<readonly PlannedStep[]> {
  const { from, what } = options;
  const isKnown = state.plan.systems.has(what) || state.catalog().find(what) !== undefined;
  if (isKnown || from === undefined) return plannedRestore(state, options);
  const step = await planSnapshotRestore(state, { ...options, from });
  return step === undefined ? plannedRestore(state, options) : [step];
}
