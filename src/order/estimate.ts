import type { Milliseconds } from '../base/clock.ts';
import type { System } from '../plan/model/system.ts';
import type { Estimate } from './step.ts';

/** How long a system takes to come back by itself: as measured at its last successful restore, else as the plan says. */
export function recoveryEstimate(system: System, measured: Milliseconds | undefined): Estimate {
  if (measured !== undefined) return { ms: measured, from: 'measured' };
  const { estimate } = system.recovery;
  return estimate === undefined ? { ms: 0, from: 'none' } : { ms: estimate, from: 'plan' };
}
