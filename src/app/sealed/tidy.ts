import { MusterError } from '../../base/error.ts';
import type { SealedObjects } from '../../vault/sealed.ts';
import type { LogName, PlanName } from './names.ts';

export type SizedLog = LogName & { readonly size: number };

/** From so many small objects on, they are joined. */
const manyObjects = 32;
/** An object of so many bytes is left as it is. */
const largeObject = 512 * 1024;
/** An older object is joined with those after it that have at least a quarter of its bytes. */
const growth = 4;
/** Of one journal in one storage target. */
const plansKept = 10;

/**
 * The newest objects, which together are to become one: each event is written again a few times only, however long the
 * journal grows. Empty when there are not many yet.
 */
export function toJoin(logs: readonly SizedLog[]): readonly SizedLog[] {
  const newest = logs.toSorted((a, b) => b.to - a.to || b.from - a.from);
  const joined: SizedLog[] = [];
  let bytes = 0;
  for (const log of newest) {
    if (log.size >= largeObject || (joined.length > 0 && log.size > growth * bytes)) break;
    joined.push(log);
    bytes += log.size;
  }
  return joined.length < manyObjects ? [] : joined;
}

/** Those whose events another one has as well. */
export function superfluous<T extends LogName>(logs: readonly T[]): readonly T[] {
  const sorted = logs.toSorted((a, b) => a.from - b.from || b.to - a.to);
  let end = 0;
  return sorted.filter(({ to }) => {
    const isCovered = to <= end;
    end = Math.max(end, to);
    return isCovered;
  });
}

export function outdatedPlans(plans: readonly PlanName[]): readonly PlanName[] {
  return plans.toSorted((a, b) => b.sequence - a.sequence).slice(plansKept);
}

/** As far as the store lets go of them; what is locked there goes another time. */
export async function removeAll(sealed: SealedObjects, names: readonly { readonly name: string }[]): Promise<void> {
  try {
    for (const { name } of names) await sealed.remove(name);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
}
