import type { Plan } from '../plan/model/plan.ts';
import type { Storage, StorageTier } from '../plan/model/storage.ts';

const heat: Readonly<Record<StorageTier, number>> = { hot: 0, warm: 1, cold: 2, archive: 3 };

/**
 * Storage targets by how soon their data is at hand: the hotter tier first, then what is on this machine, then in the
 * order that is given. Without a tier, local ones count as hot and others as warm. Names that the plan does not have
 * stay at the end.
 */
export function nearestFirst({ storage }: Pick<Plan, 'storage'>, names: readonly string[]): readonly string[] {
  const distance = (name: string): number => distanceOf(storage.get(name));
  return names.toSorted((a, b) => distance(a) - distance(b));
}

function distanceOf(storage: Storage | undefined): number {
  if (storage === undefined) return 100;
  const isLocal = storage.type === 'local';
  return heat[storage.tier ?? (isLocal ? 'hot' : 'warm')] * 2 + (isLocal ? 0 : 1);
}
