import type { ObjectStore } from '../../storage/store.ts';
import { configName } from '../format/names.ts';

/** An object of the vault that somebody has removed or replaced. */
export interface ChangedObject {
  readonly name: string;
  readonly change: 'removed' | 'replaced';
}

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
  { mode, signal }: { readonly mode: 'check' | 'repair'; readonly signal: AbortSignal },
): Promise<readonly ChangedObject[]> {
  const changed: ChangedObject[] = [];
  for await (const object of changedObjects(store)) {
    signal.throwIfAborted();
    changed.push(object);
  }
  if (mode === 'repair') for (const { name } of changed) await restore(store, name, signal);
  return changed;
}

async function restore({ versions }: ObjectStore, name: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await versions?.restore(name);
}
