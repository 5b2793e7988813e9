import type { Instant } from '../../base/clock.ts';
import type { TransferProgress, Vault } from '../vault.ts';
import type { PruneFigures } from './prune/plan.ts';
import type { RebuiltIndex } from './rebuild-index.ts';

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
}

export interface PruneRequest {
  /** `plan` changes nothing. */
  readonly mode: 'plan' | 'apply';
  /** With `plan`: as if these snapshots were gone. */
  readonly without?: readonly string[] | undefined;
  /** Share of unused bytes that may stay, 0 to 1; default 0.05. */
  readonly maxUnused?: number | undefined;
  /** Most bytes that are copied to new packs in one run; default: as many as it takes. */
  readonly maxRepackBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The bytes that are copied. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export interface PruneResult {
  readonly packs: {
    readonly kept: number;
    readonly removed: number;
    readonly repacked: number;
    /** Of killed writers: in no index. Removed. */
    readonly strays: number;
  };
  /** Blobs that snapshots need and no pack holds; above 0 only in a plan: nothing is removed then. */
  readonly missing: number;
  /** What the store has less; of a plan, an estimate. */
  readonly bytesFreed: number;
  readonly figures: PruneFigures;
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

export interface RepairRequest {
  /** `check` changes nothing. */
  readonly mode: 'check' | 'repair';
  /** Snapshots that muster did not make, and that may be replaced all the same: full ids. */
  readonly foreign?: readonly string[] | undefined;
  /** Vaults that may hold what is lost here: copies of it. */
  readonly donors?: readonly Vault[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The bytes of the packs that are read. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** What a repair found, and, unless it was only a check, mended. */
export interface RepairReport {
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

/** What keeps a vault small and sound. All but plans and checks want it for themselves: `vault-locked` when it is in use. */
export interface Maintenance {
  /** When each snapshot was written, by the clock of the store: what its writer says of itself may be false. */
  storedAt(): Promise<ReadonlyMap<string, Instant>>;
  /** Removes snapshots; the bytes are freed by `prune`. Throws `last-snapshot`, `snapshot-ambiguous`. */
  forget(request: ForgetRequest): Promise<ForgetResult>;
  /** Frees what no snapshot needs. Throws `vault-damaged` before anything is changed. */
  prune(request: PruneRequest): Promise<PruneResult>;
  /** Makes the index anew from the packs. */
  rebuildIndex(): Promise<RebuiltIndex>;
  /** Says what is damaged, saves what can be read, and brings the rest back to a sound state. */
  repair(request: RepairRequest): Promise<RepairReport>;
  /** What differs between two snapshots, in the order of the tree. */
  differences(before: string, after: string): AsyncIterable<Difference>;
}
