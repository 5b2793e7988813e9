import type { Instant } from '../../base/clock.ts';
import type { PruneFigures } from './prune/plan.ts';

export interface ForgetRequest {
  /** Full ids, or unambiguous prefixes. */
  readonly snapshots: readonly string[];
  /** Whether the last snapshot of a system may go too. */
  readonly last: 'keep' | 'remove';
}

export interface ForgetResult {
  readonly removed: readonly string[];
  /** Asked for, and not there: removed before. */
  readonly missing: readonly string[];
  /** Asked for, and locked: they stay. */
  readonly locked: readonly { readonly id: string; readonly until: Instant }[];
}

export interface PruneResult {
  readonly packs: {
    readonly kept: number;
    readonly removed: number;
    readonly repacked: number;
    /** Of killed writers: in no index. Removed. */
    readonly strays: number;
  };
  /** What the store does not let go of yet, or an index file lists which it keeps: a later prune removes it. */
  readonly locked: LockedPacks;
  /** Blobs that snapshots need and no pack holds; above 0 only in a plan: nothing is removed then. */
  readonly missing: number;
  /** What the store has less; of a plan, an estimate. */
  readonly bytesFreed: number;
  readonly figures: PruneFigures;
}

/** Packs that nothing needs, and that can't be removed yet. */
export interface LockedPacks {
  readonly packs: number;
  readonly bytes: number;
  /** When the last of the locks ends; undefined where that is not known, or never. */
  readonly until: Instant | undefined;
}

/** What differs between two snapshots. */
export interface Difference {
  readonly path: string;
  /** `content` and `type` of what is in both; `metadata`: the content is the same. */
  readonly kind: 'added' | 'removed' | 'content' | 'metadata' | 'type';
  /** In bytes; undefined where it is not. */
  readonly sizeBefore: number | undefined;
  readonly sizeAfter: number | undefined;
}

/** An object of the vault that somebody has removed, replaced, or put there. */
export interface ChangedObject {
  readonly name: string;
  readonly change: 'removed' | 'replaced' | 'planted';
}

/** What a repair found, and, unless it was only a check, mended. */
export interface RepairReport {
  /**
   * What somebody has removed or replaced and the store has kept: its first versions are brought back before everything else. A
   * check says nothing more when there are any.
   */
  readonly changed: readonly ChangedObject[];
  /** Index files that can't be read, and packs of which the index says less or something else than they hold. */
  readonly index: { readonly damaged: readonly string[]; readonly wrong: readonly string[] };
  readonly packs: readonly DamagedPack[];
  /** Parts that were lost here and taken from another vault. */
  readonly healed: number;
  readonly snapshots: readonly DamagedSnapshot[];
}

export interface DamagedPack {
  readonly id: string;
  readonly fault: string;
  /** Parts that can be read still, and parts that can't. */
  readonly saved: number;
  readonly lost: number;
}

export interface DamagedSnapshot {
  readonly id: string;
  /** Undefined: muster did not make it, or it can't be read. */
  readonly system: string | undefined;
  readonly time: Instant | undefined;
  /** What is not in it any more. */
  readonly lost: readonly { readonly path: string; readonly detail: string }[];
  /**
   * `repaired`: a snapshot without what is lost takes its place; `unreadable`: nothing of it can be brought back;
   * `left`: muster did not make it, so it stays as it is.
   */
  readonly outcome: 'repaired' | 'unreadable' | 'left';
  /** Of the snapshot in its place; undefined in a check. */
  readonly replacement: string | undefined;
}
