import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

export interface LockedBackup {
  readonly backup: string;
  readonly system: string;
  /** Everything that it needs is locked until then, or longer; it may be over. */
  readonly until: Instant;
  readonly objects: number;
  /** Those of them that were not locked for long enough. */
  readonly extended: number;
}

/**
 * Locks everything that the backups in an immutable target need for as long as the plan promises, from when each was stored.
 * Throws `unknown-storage`, `not-immutable`, and what the target says when it refuses.
 */
export async function lockStorage(
  state: State,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly LockedBackup[]> {
  if (named(state.plan.storage, name, 'storage').immutable === undefined) throw notImmutable(name);
  const vault = await state.vaults.open(name, { purpose: 'lock' });
  const locked: LockedBackup[] = [];
  for (const { id, system, storage } of state.catalog().backups({ storage: name })) {
    const copy = storage.find((each) => each.name === name && each.status === 'stored');
    const done = copy && (await vault.protect(copy.snapshot, signal));
    if (done) locked.push({ backup: id, system, ...done });
  }
  return locked;
}

function notImmutable(name: string): MusterError {
  return new MusterError(`the storage target ${name} locks nothing`, {
    code: 'not-immutable',
    hint: 'Give it `immutable: { mode: compliance, for: 30d }`; its bucket must have been made with Object Lock.',
  });
}
