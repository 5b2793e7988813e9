import { planRepair } from '../order/maintain-plan.ts';
import { bringBack, onlyChanged } from '../vault/immutable/changed.ts';
import type { RepairReport } from '../vault/maintain/requests.ts';
import type { Vault } from '../vault/vault.ts';
import { execute } from './engine.ts';
import type { RepairOptions, RepairOutcome } from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';
import { filledTargets } from './stores.ts';

/** What `repair` would find and do; changes nothing. */
export async function checkRepair(state: State, { storage, foreign, signal }: RepairOptions): Promise<RepairReport> {
  const target = named(state.plan.storage, storage, 'storage');
  const changed = await bringBack(await state.stores.open(target), { mode: 'check', signal });
  if (changed.length > 0) return onlyChanged(changed);
  const open = (name: string): Promise<Vault> =>
    state.vaults.open(name, { purpose: 'repair', damagedIndex: 'pass-over' });
  const vault = await open(storage);
  const opened = await Promise.allSettled((await donorsFor(state, storage)).map(open));
  const donors = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { ...(await vault.repair({ mode: 'check', donors, foreign, signal })), changed };
}

export async function repair(state: State, options: RepairOptions): Promise<RepairOutcome> {
  const { storage, foreign = [], signal } = options;
  named(state.plan.storage, storage, 'storage');
  const steps = planRepair(state.plan, { storage, donors: await donorsFor(state, storage), foreign });
  const leases = [`storage:${storage}`];
  const outcome = await execute(state, {
    kind: 'maintain',
    name: `repair ${storage}`,
    steps,
    leases,
    onFailure: 'stop',
    signal,
  });
  const id = steps[0]?.id ?? '';
  const report = factsOf(endOf(outcome.record, id), 'repair')?.report;
  return { ...outcome, report, error: errorOf(outcome.record, id) };
}

/** The other targets that hold something. */
async function donorsFor(state: State, storage: string): Promise<readonly string[]> {
  return (await filledTargets(state.plan, state.stores)).filter((name) => name !== storage);
}
