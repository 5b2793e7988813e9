import { hash } from 'node:crypto';
import type { ObjectStore, ObjectVersions } from '../../storage/store.ts';
import { damagedPlace, putAside } from '../maintain/repair/aside.ts';
import type { ChangedObject, RepairReport } from '../maintain/requests.ts';
import { configName, idInName } from '../format/names.ts';

/** What belongs to the vault, and is never removed by muster without all of its versions, nor replaced. */
const prefixes = [configName, 'keys/', 'index/', 'snapshots/', 'data/'];

/**
 * Objects of a vault that are not as they were written first, as far as the store has kept that; without those that a repair
 * has hidden, because they never were what their names say.
 */
export async function* changedObjects(store: ObjectStore): AsyncGenerator<ChangedObject> {
  const { versions, facts } = store;
  if (versions === undefined || facts.immutable === undefined) return;
  let aside: ReadonlySet<string> | undefined;
  for (const prefix of prefixes)
    for await (const changed of versions.changed(prefix)) {
      if (prefix === configName && changed.name !== configName) continue;
      aside ??= await namesAside(store);
      if (!(await isHiddenJunk(versions, changed, aside))) yield changed;
    }
}

async function namesAside(store: ObjectStore): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { name } of store.list(damagedPlace)) names.add(name);
  return names;
}

/** Anybody may put something aside: only what the first version says counts. */
async function isHiddenJunk(
  versions: ObjectVersions,
  { name, change }: ChangedObject,
  aside: ReadonlySet<string>,
): Promise<boolean> {
  const [kind, id] = [name.slice(0, name.indexOf('/')), name.slice(name.lastIndexOf('/') + 1)];
  if (change !== 'removed' || !aside.has(`${damagedPlace}${kind}/${id}`)) return false;
  return hash('sha256', await versions.first(name)) !== id;
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
  return [...changed, ...(await plantedKeys(store, { mode, changed }))];
}

/** Key slots that are not what their names say. They open nothing, but stand in the way of every check. */
async function plantedKeys(
  store: ObjectStore,
  { mode, changed }: { readonly mode: 'check' | 'repair'; readonly changed: readonly ChangedObject[] },
): Promise<readonly ChangedObject[]> {
  if (store.facts.immutable === undefined) return [];
  // Before they are brought back, these are not what they say either.
  const known = new Set(mode === 'check' ? changed.map(({ name }) => name) : []);
  const planted: ChangedObject[] = [];
  for await (const { name } of store.list('keys/')) {
    const id = idInName('keys', name);
    if (id === undefined || known.has(name) || hash('sha256', await store.get(name)) === id) continue;
    planted.push({ name, change: 'planted' });
    if (mode === 'repair') await putAside({ store }, { kind: 'keys', id }, undefined);
  }
  return planted;
}

/** What can be said of a vault before these are as they were. */
export function onlyChanged(changed: readonly ChangedObject[]): RepairReport {
  return { changed, index: { damaged: [], wrong: [] }, packs: [], healed: 0, snapshots: [] };
}

async function restore({ versions }: ObjectStore, name: string, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await versions?.restore(name);
}
