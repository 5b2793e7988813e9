import { packSize } from '../../pack/pack-size.ts';
import type { BlobType, Id } from '../../repository.ts';

/** How a pack is used, in bytes of its blobs. */
export interface PackUse {
  readonly id: Id;
  readonly type: BlobType;
  /** In the store. */
  readonly size: number;
  readonly used: number;
  readonly unused: number;
}

export interface PruneLimits {
  /** Share of unused bytes that may stay, 0 to 1. */
  readonly maxUnused: number;
  /** Most bytes that are copied in one run; undefined: as many as it takes. */
  readonly maxRepackBytes: number | undefined;
}

/** Packs below this are merged when there are enough of them: fewer would be copied again and again for nothing. */
export const smallPack = packSize / 2;
const enoughSmall = 10;

/**
 * The packs whose blobs in use are copied to new ones: those with the greatest share of unused bytes first, until no
 * more than the limit stays; then small ones, if there are many. `maxRepackBytes` bounds what is copied; the next run
 * goes on.
 */
export function chooseRepacks(packs: readonly PackUse[], limits: PruneLimits): readonly PackUse[] {
  const budget = new Budget(limits.maxRepackBytes);
  const wasteful = chooseWasteful(packs, limits.maxUnused, budget);
  const rest = packs.filter((pack) => !wasteful.includes(pack));
  return [...wasteful, ...chooseSmall(rest, 'data', budget), ...chooseSmall(rest, 'tree', budget)];
}

class Budget {
  #left: number;

  constructor(bytes: number | undefined) {
    this.#left = bytes ?? Infinity;
  }

  take({ used }: PackUse): boolean {
    if (used > this.#left) return false;
    this.#left -= used;
    return true;
  }
}

function chooseWasteful(packs: readonly PackUse[], maxUnused: number, budget: Budget): readonly PackUse[] {
  const allowed = allowedUnused(packs, maxUnused);
  let left = packs.reduce((sum, { unused }) => sum + unused, 0);
  const chosen = new Set<PackUse>();
  for (const pack of packs.filter(({ unused }) => unused > 0).sort(byWaste)) {
    if (left <= allowed) break;
    if (!budget.take(pack)) continue;
    chosen.add(pack);
    left -= pack.unused;
  }
  return [...chosen];
}

/** Unused bytes may be that share of all that is there afterwards. */
function allowedUnused(packs: readonly PackUse[], maxUnused: number): number {
  if (maxUnused >= 1) return Infinity;
  const used = packs.reduce((sum, pack) => sum + pack.used, 0);
  return (maxUnused / (1 - maxUnused)) * used;
}

function byWaste(a: PackUse, b: PackUse): number {
  return b.unused / (b.used + b.unused) - a.unused / (a.used + a.unused) || (a.id < b.id ? -1 : 1);
}

function chooseSmall(packs: readonly PackUse[], type: BlobType, budget: Budget): readonly PackUse[] {
  const small = packs.filter((pack) => pack.type === type && pack.size < smallPack);
  if (small.length < enoughSmall) return [];
  return small.sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1)).filter((pack) => budget.take(pack));
}
