import type { Plan } from '../plan/model/plan.ts';
import type { RetentionDecision } from './decide.ts';

/** A copy that the plan wants, and that is still to be made. */
export interface AwaitedCopy {
  /** Id of the backup. */
  readonly backup: string;
  /** The target that lacks it, and would keep it. */
  readonly storage: string;
  /** Targets that it can come from, the nearest first. */
  readonly from: readonly string[];
}

/**
 * Keeps what a copy is still to be made from: where nothing would be left to copy from, the backup stays in the nearest
 * target that has it. That is as it should be, so it does not count as held.
 */
export function keepForCopies(
  plan: Plan,
  decisions: readonly RetentionDecision[],
  awaited: readonly AwaitedCopy[],
): readonly RetentionDecision[] {
  const removed = new Set(decisions.flatMap((each) => (each.action === 'delete' ? keyOf(each) : [])));
  const kept = new Map<string, string[]>();
  for (const { backup, storage, from } of awaited) {
    const keys = from.map((name) => keyOf({ backup, storage: scopeOf(plan, name) }));
    const [nearest] = keys;
    if (nearest === undefined || keys.some((key) => !removed.has(key))) continue;
    kept.set(nearest, [...(kept.get(nearest) ?? []), storage]);
  }
  return decisions.map((decision) => {
    const waiting = kept.get(keyOf(decision));
    if (waiting === undefined) return decision;
    return { ...decision, action: 'keep', reasons: [`waits for its copy to ${waiting.join(' and ')}`] };
  });
}

/** As in a decision. */
function scopeOf({ storage }: Plan, name: string): string | undefined {
  return storage.get(name)?.retention === undefined ? undefined : name;
}

function keyOf({ backup, storage }: Pick<RetentionDecision, 'backup' | 'storage'>): string {
  return JSON.stringify([backup, storage ?? null]);
}
