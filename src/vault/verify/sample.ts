import { createHash } from 'node:crypto';
import type { Instant } from '../../base/clock.ts';
import type { Id } from '../repository.ts';

const share = 0.05;
const least = 3;

export interface SampleOptions {
  readonly snapshot: Id;
  readonly now: Instant;
  /** When a pack was last read to the last byte and found sound; undefined: never, as far as is known. */
  readonly verifiedAt?: ((pack: Id) => Instant | undefined) | undefined;
}

/**
 * The packs that are read today: one in twenty, at least three; those first whose last check is the longest ago. Among
 * equals the choice depends on the snapshot and the (UTC) day alone, so it rotates even where no state is kept.
 */
export function samplePacks(packs: Iterable<Id>, { snapshot, now, verifiedAt }: SampleOptions): readonly Id[] {
  const day = Math.floor(now / 86_400_000);
  const ranked = [...packs].map((id) => {
    return { id, last: verifiedAt?.(id) ?? Number.NEGATIVE_INFINITY, rank: rankOf(`${snapshot} ${day} ${id}`) };
  });
  ranked.sort((a, b) => (a.last === b.last ? (a.rank < b.rank ? -1 : 1) : a.last - b.last));
  return ranked.slice(0, Math.max(least, Math.ceil(ranked.length * share))).map(({ id }) => id);
}

function rankOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
