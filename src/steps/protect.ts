import { messageOf } from '../base/error.ts';
import type { Vault } from '../vault/vault.ts';
import type { StepContext, StepOutcome } from './handler.ts';

/**
 * Locks what a new snapshot needs, where its storage target is immutable. What could not be locked is a fault: the backup is
 * there, but not as safe as the plan says.
 */
export async function protectIn(
  vault: Vault,
  { storage, snapshot }: { readonly storage: string; readonly snapshot: string },
  { signal }: Pick<StepContext, 'signal'>,
): Promise<StepOutcome['faults']> {
  try {
    await vault.protect(snapshot, signal);
    return [];
  } catch (error) {
    const detail = `it is stored, but not all of it could be locked: ${messageOf(error)}. muster storage lock ${storage} tries again`;
    return [{ path: storage, kind: 'lock', detail }];
  }
}
