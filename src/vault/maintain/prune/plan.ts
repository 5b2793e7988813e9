import type { BlobLocation, Id } from '../../repository.ts';
import type { BlobCounts } from '../blob-counts.ts';
import { sizeOfPack } from '../stored-packs.ts';
import type { PackUse, PruneLimits } from './repack.ts';
import { chooseRepacks } from './repack.ts';

export interface PruneQuestion {
  /** Packs of the index. Asked for twice; each time they must be the same. */
  readonly packs: () => Iterable<{ readonly id: Id; readonly blobs: readonly BlobLocation[] }>;
  /** Sizes in bytes of the packs that are in the store. */
  readonly stored: ReadonlyMap<Id, number>;
  /** Every blob that a snapshot needs. The counts become the number of packs that hold it. */
  readonly used: BlobCounts;
  /** Packs that the store does not let go of yet: there is nothing to be won by copying what is in use in them. */
  readonly locked: ReadonlySet<Id>;
  readonly limits: PruneLimits;
}

/** What pruning will do. A value: nothing is changed by making it. */
export interface PrunePlan {
  readonly keep: readonly Id[];
  /** Packs that hold nothing in use, or that no index lists, and that are locked: a later prune removes them. */
  readonly held: readonly Id[];
  /** Packs that hold nothing in use. */
  readonly remove: readonly Id[];
  /** Packs whose blobs in use are copied to new ones. */
  readonly repack: readonly Id[];
  /** Packs that no index lists: left by a writer that was killed. */
  readonly strays: readonly Id[];
  /** Packs that the index lists, are not there, and held nothing that is needed from them. */
  readonly absent: readonly Id[];
  /** Used blobs that no pack holds: with any of them nothing may be done. */
  readonly missing: readonly { readonly type: string; readonly id: Id }[];
  /** For blobs that lie in several packs: the pack that they are taken from. */
  readonly claims: ReadonlyMap<string, Id>;
  readonly figures: PruneFigures;
}

/** In bytes. */
export interface PruneFigures {
  readonly stored: number;
  readonly used: number;
  readonly unused: number;
  /** Of packs that are removed as they are, strays among them. */
  readonly removed: number;
  /** Of packs that are removed once their blobs in use are copied. */
  readonly repackedPacks: number;
  /** To be copied. */
  readonly repacked: number;
  /** What the store has less afterwards. */
  readonly freed: number;
  /** Unused bytes that stay. */
  readonly left: number;
}

/**
 * Decides about every pack. A blob that lies in several packs is kept in the one that is used best; a pack that is
 * shorter than the index says holds nothing that may be relied on.
 */
export function planPrune(question: PruneQuestion): PrunePlan {
  const { packs, stored, used, limits, locked } = question;
  countCopies(question);
  const missing = [...used].filter(({ count }) => count === 0);
  const { uses, claims } = claim(question);
  const listed = new Set<Id>();
  for (const { id } of packs()) listed.add(id);
  const sizeOf = (id: Id): number => stored.get(id) ?? 0;
  const unlisted = [...stored.keys()].filter((id) => !listed.has(id));
  const strays = unlisted.filter((id) => !locked.has(id));
  const present = uses.filter(({ id }) => stored.has(id));
  const unused = present.filter((pack) => pack.used === 0);
  const remove = unused.filter(({ id }) => !locked.has(id));
  const repack = chooseRepacks(
    present.filter((pack) => pack.used > 0 && !locked.has(pack.id)),
    limits,
  );
  const held = [...unused.map(({ id }) => id), ...unlisted].filter((id) => locked.has(id));
  const gone = new Set([...unused, ...repack].map(({ id }) => id));
  return {
    keep: present.filter(({ id }) => !gone.has(id)).map(({ id }) => id),
    held,
    remove: remove.map(({ id }) => id),
    repack: repack.map(({ id }) => id),
    strays,
    absent: uses.filter(({ id }) => !stored.has(id)).map(({ id }) => id),
    missing,
    claims,
    figures: figuresOf({ present, remove, repack, strays: unlisted.map(sizeOf), freed: strays.map(sizeOf) }),
  };
}

function countCopies(question: PruneQuestion): void {
  const { packs, used } = question;
  for (const { id, blobs } of packs()) {
    if (!isWhole(question, id, blobs)) continue;
    for (const blob of blobs) {
      const count = used.get(blob.type, blob.id);
      if (count !== undefined) used.set(blob.type, blob.id, count + 1);
    }
  }
}

/** By its size; longer is no harm. */
function isWhole({ stored }: PruneQuestion, id: Id, blobs: readonly BlobLocation[]): boolean {
  return (stored.get(id) ?? -1) >= sizeOfPack(blobs);
}

interface Claimed {
  readonly uses: readonly PackUse[];
  readonly claims: ReadonlyMap<string, Id>;
}

/** Which bytes of each pack are in use, once it is settled which pack stands for blobs that lie in several. */
function claim(question: PruneQuestion): Claimed {
  const uses: PackUse[] = [];
  const contested: (PackUse & { readonly shared: readonly BlobLocation[] })[] = [];
  for (const { id, blobs } of question.packs()) {
    const { pack, shared } = useOf(question, id, blobs);
    if (shared.length > 0) contested.push({ ...pack, shared });
    else uses.push(pack);
  }
  contested.sort((a, b) => shareOf(b) - shareOf(a) || (a.id < b.id ? -1 : 1));
  const claims = new Map<string, Id>();
  for (const { shared, ...pack } of contested) uses.push(settle(pack, shared, claims));
  return { uses, claims };
}

/** How much of it would be in use if it stood for all that it shares. */
function shareOf({ used, unused, shared }: PackUse & { readonly shared: readonly BlobLocation[] }): number {
  return (used + lengthOf(shared)) / (used + unused);
}

function settle(pack: PackUse, shared: readonly BlobLocation[], claims: Map<string, Id>): PackUse {
  const mine = shared.filter((blob) => !claims.has(claimKey(blob)));
  for (const blob of mine) claims.set(claimKey(blob), pack.id);
  const length = lengthOf(mine);
  return { ...pack, used: pack.used + length, unused: pack.unused - length };
}

/** `unused` counts what it shares with other packs. */
function useOf(
  question: PruneQuestion,
  id: Id,
  blobs: readonly BlobLocation[],
): { readonly pack: PackUse; readonly shared: readonly BlobLocation[] } {
  const isUsable = isWhole(question, id, blobs);
  const counted = (blob: BlobLocation): number => (isUsable ? (question.used.get(blob.type, blob.id) ?? 0) : 0);
  const used = lengthOf(blobs.filter((blob) => counted(blob) === 1));
  const type = blobs.some((blob) => blob.type === 'data') ? 'data' : 'tree';
  const size = question.stored.get(id) ?? 0;
  const pack = { id, type, size, used, unused: lengthOf(blobs) - used } as const;
  return { pack, shared: blobs.filter((blob) => counted(blob) > 1) };
}

export function claimKey({ type, id }: Pick<BlobLocation, 'type' | 'id'>): string {
  return `${type}/${id}`;
}

function lengthOf(blobs: readonly BlobLocation[]): number {
  return blobs.reduce((sum, { length }) => sum + length, 0);
}

interface Decided {
  readonly present: readonly PackUse[];
  readonly remove: readonly PackUse[];
  readonly repack: readonly PackUse[];
  /** Sizes of packs that no index lists, and of those among them that go. */
  readonly strays: readonly number[];
  readonly freed: readonly number[];
}

function figuresOf({ present, remove, repack, strays, freed }: Decided): PruneFigures {
  const stray = strays.reduce((total, size) => total + size, 0);
  const removed = sum(remove, 'size') + freed.reduce((total, size) => total + size, 0);
  return {
    stored: sum(present, 'size') + stray,
    used: sum(present, 'used'),
    unused: sum(present, 'unused') + stray,
    removed,
    repackedPacks: sum(repack, 'size'),
    repacked: sum(repack, 'used'),
    freed: removed + sum(repack, 'unused'),
    left: sum(present, 'unused') - sum(remove, 'unused') - sum(repack, 'unused'),
  };
}

function sum(packs: readonly PackUse[], key: 'size' | 'used' | 'unused'): number {
  return packs.reduce((total, pack) => total + pack[key], 0);
}
