import type { Vault } from '../../vault/vault.ts';

const last = new WeakMap<Vault, Promise<unknown>>();

/** Lets one piece of work at a time write to a vault, in the order of asking: steps may run side by side. */
export async function inTurn<T>(vault: Vault, work: () => Promise<T>): Promise<T> {
  const turn = (last.get(vault) ?? Promise.resolve()).then(work, work);
  last.set(vault, turn);
  return await turn;
}
