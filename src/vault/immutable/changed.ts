import type { ObjectStore } from '../../storage/store.ts';
import type { ChangedObject, RepairReport } from '../maintain/requests.ts';
import { configName } from '../format/names.ts';

/** What belongs to the vault, and is never removed by muster without all of its versions, nor replaced. */
const prefixes = [configName, 'keys/', 'index/', 'snapshots/', 'data/'];

/** Objects of a vault that are not as they were written first, as far as the store has kept that. */
export async function* changedObjects({ versions, facts }: ObjectStore): AsyncGenerator<ChangedObject> {
  if (versions === undefined || facts.immutable === undefined) return;
  for (const prefix of prefixes)
    for await (const changed of versions.changed(prefix))
      if (prefix !== configName || changed.name === configName) yield changed;
}

/** Makes the first version of each of them the one that is read. Returns them. */
export async function bringBack(
  store: ObjectStore,
  { mode, signal }: { readonly mode: 'check' | 'repair'; readonly signal: AbortSignal | undefined },
): Promise<readonly ChangedObject[]> {
  const changed: ChangedObject[] = [];
  for await (const object of changedObjects(store)) {
    signal?.throwIfAborted();
    changed.push(object);
  }
  if (mode === 'repair') for (const { name } of changed) await restore(store, name, signal);
  return changed;
}

/** What can be said of a vault before these are as they were. */
export function onlyChanged(changed: readonly ChangedObject[]): RepairReport {
  return { changed, index: { damaged: [], wrong: [] }, packs: [], healed: 0, snapshots: [] };
}

async function restore({ versions }: ObjectStore, name: string, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await versions?.restore(name);
}
