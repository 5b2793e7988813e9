import type { Plan } from '../plan/model/plan.ts';
import { storageOf, type Stores } from './stores.ts';
import type { Vaults } from './vaults.ts';

/**
 * The same vaults, but what somebody has removed or replaced in an immutable target is told as that: it is no empty place for a new
 * vault, and no wrong passphrase. Throws `storage-tampered`.
 */
export function guardedVaults(vaults: Vaults, plan: Plan, stores: Stores): Vaults {
  return {
    ...vaults,
    open: async (name, asked) => {
      const storage = storageOf(plan, name);
      if (storage.immutable === undefined) return await vaults.open(name, asked);
      const { explainFault, refuseHidden } = await import('../vault/immutable/explain.ts');
      if (asked.create === true) await refuseHidden(await stores.open(storage));
      try {
        return await vaults.open(name, asked);
      } catch (error) {
        throw await explainFault(() => stores.open(storage), error);
      }
    },
  };
}
