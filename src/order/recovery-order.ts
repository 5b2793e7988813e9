import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { System } from '../plan/model/system.ts';
import { waves } from './waves.ts';

export interface RecoveryOrder {
  /** Systems of a wave may be recovered at the same time. */
  readonly waves: readonly (readonly OrderedSystem[])[];
}

export interface OrderedSystem {
  readonly system: System;
  /** Why it is in the order, and why here. */
  readonly reasons: readonly string[];
}

/**
 * Systems and everything that they need, what is needed first. Without `names`: all systems.
 * Throws `unknown-system`, and `dependency-cycle` for a plan that was not validated.
 */
export function recoveryOrder(plan: Plan, names?: readonly string[]): RecoveryOrder {
  const asked = names ?? [...plan.systems.keys()];
  const reasons = reasonsOf(plan, asked);
  const ordering = waves([...reasons.keys()].map((name) => systemNamed(plan, name)));
  if (ordering.kind === 'cycle') throw cycleError(ordering.cycle);
  return {
    waves: ordering.waves.map((wave) =>
      wave.map((name) => ({ system: systemNamed(plan, name), reasons: reasons.get(name) ?? [] })),
    ),
  };
}

/** Every system that has to be there, with the reasons; walks a list, so that the depth of the needs does not matter. */
function reasonsOf(plan: Plan, asked: readonly string[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const name of asked) reasons.set(name, ['asked for']);
  // A map goes on to the entries that are added while it is walked.
  for (const name of reasons.keys())
    for (const need of systemNamed(plan, name).needs) {
      const known = reasons.get(need);
      if (known) known.push(`needed by ${name}`);
      else reasons.set(need, [`needed by ${name}`]);
    }
  return reasons;
}

function systemNamed(plan: Plan, name: string): System {
  const system = plan.systems.get(name);
  if (system) return system;
  throw new MusterError(`there is no system ${name} in the plan`, {
    code: 'unknown-system',
    hint: 'Use a name from the section systems.',
  });
}

function cycleError(cycle: readonly string[]): MusterError {
  return new MusterError(`systems need each other in a circle: ${[...cycle, cycle[0]].join(' → ')}`, {
    code: 'dependency-cycle',
    hint: 'Take one of these names out of a needs list.',
  });
}
