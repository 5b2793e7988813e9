import type { Action, Runbook } from '../../src/plan/model/runbook.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import type { System } from '../../src/plan/model/system.ts';
import { planRunbook, type RunbookPlan, type RunbookRequest } from '../../src/order/runbook.ts';
import { sampleBackup, samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

/** A small company with its backups, and runbooks planned for it. */

export const hour = 3_600_000;
export const now = Date.UTC(2026, 10, 20, 12);

export const shop = [
  sampleSystem('configuration', { priority: 1 }),
  sampleSystem('orders', { needs: ['configuration'], priority: 2, probes: ['orders-readable'] }),
  sampleSystem('website', { needs: ['configuration', 'orders'], priority: 2, probes: ['home-page', 'login'] }),
  sampleSystem('balancer', { source: undefined, storage: undefined, probes: ['reachable'] }),
];
export const backups = shop.map(({ name }) => sampleBackup(name, now - 2 * hour));

export interface World {
  readonly runbooks: readonly Runbook[];
  readonly actions?: readonly Action[];
  readonly systems?: readonly System[];
}

export function planOf({ runbooks, actions = [], systems = shop }: World): Plan {
  return samplePlan({
    systems,
    storage: [sampleStorage('primary'), sampleStorage('second')],
    runbooks: new Map(runbooks.map((runbook) => [runbook.name, runbook])),
    actions: new Map(actions.map((action) => [action.name, action])),
  });
}

export function planned(world: World, request: Partial<RunbookRequest> = {}): RunbookPlan {
  const moment = { kind: 'latest' } as const;
  const rest = { params: {}, moment, now, backups, measured: () => undefined, ...request };
  return planRunbook(planOf(world), world.runbooks[0]?.name ?? '', rest);
}

/** What waits for what: the part of a plan that most rules are about. */
export function needs({ steps }: RunbookPlan): Record<string, readonly string[]> {
  return Object.fromEntries(steps.map((step) => [step.id, step.needs]));
}

export function fault(world: World, request: Partial<RunbookRequest> = {}): unknown {
  try {
    return planned(world, request);
  } catch (error) {
    return error;
  }
}
