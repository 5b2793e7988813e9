import { createHash } from 'node:crypto';
import type { Instant } from '../../base/clock.ts';
import type { Id } from '../repository.ts';

const share = 0.05;
const least = 3;

/**
 * The packs that are read today: one in twenty, at least three. The choice depends on the snapshot and the (UTC) day
 * alone, so a check can be repeated, and other days read other packs.
 */
export function samplePacks(packs: Iterable<Id>, snapshot: Id, now: Instant): readonly Id[] {
  const day = Math.floor(now / 86_400_000);
  const ranked = [...packs].map((id) => ({ id, rank: rankOf(`${snapshot} ${day} ${id}`) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return ranked.slice(0, Math.max(least, Math.ceil(ranked.length * share))).map(({ id }) => id);
}

function rankOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
