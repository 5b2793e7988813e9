import type { PlannedStep } from '../order/step.ts';
import { planRestore } from '../order/restore-plan.ts';
import type { StepFacts } from '../steps/handler.ts';
import { execute, type Work } from './engine.ts';
import type { RestoreOptions, RestoreOutcome, RunOutcome } from './muster.ts';
import type { State } from './state.ts';

export function plannedRestore(state: State, options: RestoreOptions): readonly PlannedStep[] {
  const { what, moment, place, paths, overwrite, from } = options;
  const catalog = state.catalog();
  const backup = state.plan.systems.has(what) ? undefined : catalog.find(what);
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

export function checkRestore(state: State, options: RestoreOptions): Promise<RunOutcome> {
  return execute(state, { ...workOf(state, options), mode: 'simulate' });
}

export async function restore(state: State, options: RestoreOptions): Promise<RestoreOutcome> {
  const outcome = await execute(state, workOf(state, options));
  const finished = outcome.record.events.flatMap((event) => (event.type === 'attempt.finished' ? [event] : []));
  // The handlers wrote the facts.
  const facts = finished
    .map((event) => event.facts as StepFacts | undefined)
    .findLast((one) => one?.kind === 'restore');
  const found = facts?.kind === 'restore' ? facts : { files: 0, bytes: 0, recoveredTo: undefined };
  const missing = finished.flatMap((event) => event.faults.map(({ path, detail }) => ({ path, detail })));
  return { ...outcome, files: found.files, bytes: found.bytes, recoveredTo: found.recoveredTo, missing };
}

function workOf(state: State, options: RestoreOptions): Work {
  const steps = plannedRestore(state, options);
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
