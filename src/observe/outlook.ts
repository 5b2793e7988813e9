import type { Instant, Milliseconds } from '../base/clock.ts';
import type { StorageSize } from '../journal/storage-sizes.ts';
import type { Storage, StoragePrice } from '../plan/model/storage.ts';

/** What a storage target holds, how that grows, and what follows from it. */
export interface StorageOutlook {
  /** Bytes; undefined: it was never measured. */
  readonly used: number | undefined;
  /** When that was measured. */
  readonly measuredAt: Instant | undefined;
  /** Bytes a day over the last 30 days, negative when it shrinks; undefined: less than a day of it is on record. */
  readonly growth: number | undefined;
  /** When the capacity is reached at this rate; undefined: it is not, not within 100 years, or nobody knows. */
  readonly fullAt: Instant | undefined;
  readonly cost: StorageCost | undefined;
}

/** Estimated from the price that the plan states. */
export interface StorageCost {
  readonly currency: string;
  /** Of what is kept now, and of the requests of backups as they were made in the last 30 days. */
  readonly perMonth: number;
  /** The same in a year from now, at the present growth. */
  readonly perMonthInAYear: number | undefined;
  /** Of reading everything once. */
  readonly restore: number;
}

export interface OutlookFacts {
  readonly storage: Pick<Storage, 'capacity' | 'price'>;
  /** The oldest first; the last is the present one. */
  readonly sizes: readonly StorageSize[];
  /** How many backups were stored there in the last 30 days. */
  readonly backups: number;
  readonly now: Instant;
}

const dayMs: Milliseconds = 86_400_000;
const windowDays = 30;
const furthestDays = 36_525;

export function outlookOf({ storage, sizes, backups, now }: OutlookFacts): StorageOutlook {
  const last = sizes.at(-1);
  const growth = growthOf(sizes, now);
  const used = last?.bytes;
  return {
    used,
    measuredAt: last?.at,
    growth,
    fullAt: fullAt({ used, growth, capacity: storage.capacity, now }),
    cost: storage.price && used !== undefined ? costOf(storage.price, { used, growth, backups }) : undefined,
  };
}

/** The slope of the straight line that fits best: single days with much or with a prune say little. */
function growthOf(sizes: readonly StorageSize[], now: Instant): number | undefined {
  const recent = sizes.filter(({ at }) => at > now - windowDays * dayMs);
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < dayMs) return undefined;
  const points = recent.map(({ at, bytes }) => ({ x: (at - first.at) / dayMs, y: bytes }));
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function fullAt(facts: {
  readonly used: number | undefined;
  readonly growth: number | undefined;
  readonly capacity: number | undefined;
  readonly now: Instant;
}): Instant | undefined {
  const { used, growth, capacity, now } = facts;
  if (used === undefined || capacity === undefined) return undefined;
  if (used >= capacity) return now;
  if (growth === undefined || growth <= 0) return undefined;
  const days = (capacity - used) / growth;
  return days > furthestDays ? undefined : now + Math.round(days * dayMs);
}

const gib = 2 ** 30;
const monthDays = 30.44;
const packBytes = 16 * 2 ** 20;
/** Of a backup besides its packs: its lock, index and snapshot, the lock's removal, and the listing of locks. */
const requestsOfBackup = 5;

function costOf(
  price: StoragePrice,
  { used, growth, backups }: { readonly used: number; readonly growth: number | undefined; readonly backups: number },
): StorageCost {
  const packs = (Math.max(0, growth ?? 0) * monthDays) / packBytes;
  const requests = ((packs + backups * requestsOfBackup) / 1000) * price.requests;
  const kept = (bytes: number): number => (Math.max(0, bytes) / gib) * price.storage + requests;
  return {
    currency: price.currency,
    perMonth: kept(used),
    perMonthInAYear: growth === undefined ? undefined : kept(used + growth * 365),
    restore: (used / gib) * price.download,
  };
}
