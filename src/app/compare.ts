import { MusterError } from '../base/error.ts';
import { storageOf } from '../order/choose-backup.ts';
import type { Difference } from '../vault/maintain/requests.ts';
import { backupOf } from './catalog.ts';
import type { State } from './state.ts';

/** What differs between two backups, from the first target that holds both. Throws `no-copy`. */
export async function* compareBackups(state: State, before: string, after: string): AsyncGenerator<Difference> {
  const [left, right] = [backupOf(state, before), backupOf(state, after)];
  const storage = storageOf(state.plan, left).find((name) => storageOf(state.plan, right).includes(name));
  if (storage === undefined)
    throw new MusterError(`no storage target holds both ${left.id.slice(0, 8)} and ${right.id.slice(0, 8)}`, {
      code: 'no-copy',
      hint: 'muster show tells where a backup is stored.',
    });
  const vault = await state.vaults.open(storage, { purpose: 'compare' });
  const [first, second] = [left, right].map(({ id, storage: copies }) => {
    const copy = copies.find(({ name, status }) => name === storage && status === 'stored');
    return copy?.snapshot ?? id;
  });
  yield* vault.differences(first ?? left.id, second ?? right.id);
}
