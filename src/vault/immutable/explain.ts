import { messageOf, MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { ChangedObject } from '../maintain/requests.ts';
import { changedObjects } from './changed.ts';

/**
 * What a fault of an immutable vault really is, where somebody has removed or replaced what it needs: `storage-tampered`. Else, or
 * when that can't be found out, the fault as it is.
 */
export async function explainFault(open: () => Promise<ObjectStore>, fault: unknown): Promise<unknown> {
  const isPlain = !(fault instanceof MusterError) || fault.retryable || fault.code.startsWith('storage-');
  if (isPlain) return fault;
  try {
    const store = await open();
    const changed: ChangedObject[] = [];
    for await (const object of changedObjects(store)) changed.push(object);
    return changed.length === 0 ? fault : tampered(store, changed, fault);
  } catch {
    return fault;
  }
}

/** Throws `storage-tampered` when the config of a vault was removed or replaced: no new vault may take its place. */
export async function refuseHidden(store: ObjectStore): Promise<void> {
  if (store.facts.immutable === undefined) return;
  for await (const { name, change } of store.versions?.changed('config') ?? [])
    if (name === 'config') throw tampered(store, [{ name, change }], undefined);
}

function tampered(store: ObjectStore, changed: readonly ChangedObject[], fault: unknown): MusterError {
  const count = (kind: ChangedObject['change']): number => changed.filter(({ change }) => change === kind).length;
  const what = `somebody has removed ${count('removed')} and replaced ${count('replaced')} objects in ${store.description}, ${changed[0]?.name} among them`;
  return new MusterError(fault === undefined ? what : `${what}: ${messageOf(fault)}`, {
    code: 'storage-tampered',
    hint: 'The first versions are still there: muster repair brings them back. Change the credentials before.',
    cause: fault,
  });
}
