import type { RunRecord } from '../../journal/journal.ts';
import type { Plan } from '../../plan/model/plan.ts';
import type { RestoredSystem } from './restored.ts';

/** What a reader must not take as proven. */
export function notTested(run: RunRecord, plan: Plan, systems: readonly RestoredSystem[]): readonly string[] {
  if (run.mode === 'simulate')
    return ['everything: a simulation checks what can be checked read-only and changes nothing'];
  const restored = new Set(systems.map(({ name }) => name));
  const others = [...plan.systems.keys()].filter((name) => !restored.has(name));
  return [
    ...systems
      .filter(({ proven }) => !proven)
      .map(({ name }) => `the data of ${name}: it is back, but its source could not check it`),
    ...systems.flatMap(({ name }) => withoutProbe(plan, name)),
    ...run.steps.filter(({ status }) => status === 'skipped').map(({ id }) => `step ${id}: it was skipped`),
    ...(others.length > 0 ? [`systems that this run did not restore: ${others.join(', ')}`] : []),
  ];
}

function withoutProbe(plan: Plan, name: string): readonly string[] {
  const system = plan.systems.get(name);
  return system && system.probes.length === 0 ? [`that ${name} works: it has no probe`] : [];
}
