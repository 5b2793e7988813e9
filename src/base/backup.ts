import type { Instant } from './clock.ts';

/**
 * What a backup reads: every byte again; what changed since the last backup; what changed since the last full one; or a
 * view of the source that is frozen at one moment. Each is whole and can be restored by itself.
 */
export type BackupType = (typeof backupTypes)[number];

export const backupTypes = ['full', 'incremental', 'differential', 'snapshot'] as const;

/**
 * One backup that exists, as the catalog keeps it. A capture that failed has none: only its run is on record.
 * `partial`: it is restorable, but some files could not be read; they are listed in the run.
 */
export interface BackupRecord {
  /** Id of the snapshot in the first storage target: 64 hexadecimal digits, which stock tools show as well. */
  readonly id: string;
  readonly system: string;
  /** Kind of source: `files`, `sqlite`. */
  readonly source: string;
  /** What was really done, which may be more than was asked for. */
  readonly type: BackupType;
  /** Name of the schedule that asked for it; undefined: by hand. Part of the retention scope. */
  readonly schedule: string | undefined;
  readonly status: 'succeeded' | 'partial';
  /** Present when nothing but copies is missing: it has succeeded once they are there. */
  readonly lacks?: 'copies' | undefined;
  /** Id of the run that made it. */
  readonly run: string;
  /** When reading began: what was written to the source after this may be missing. */
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  /** Bytes read from the source. */
  readonly bytesRead: number;
  /** Bytes of all files in it, read or known from the parent. */
  readonly bytesTotal: number;
  /** Bytes added to the first storage target. */
  readonly bytesStored: number;
  /** Bytes among those read that the first storage target did not have yet, before compression, with their trees. */
  readonly bytesNew?: number | undefined;
  readonly files: number;
  /** Regular files that the backup it was compared with did not have, had otherwise, and had just so. */
  readonly filesNew?: number | undefined;
  readonly filesChanged?: number | undefined;
  readonly filesUnmodified?: number | undefined;
  readonly folders?: number | undefined;
  /** Id of the snapshot that it was compared with. Undefined: everything was read. */
  readonly parent?: string | undefined;
  readonly storage: readonly StoredCopy[];
  readonly manifest: CaptureManifest;
}

export interface StoredCopy {
  /** Name of the storage target. */
  readonly name: string;
  /** Id of the snapshot there; empty when there is none. */
  readonly snapshot: string;
  /**
   * `failed`: the last try to make it did. `waiting`: it is made later, as the plan says. `moved`: it was, to another target,
   * and is not to come back.
   */
  readonly status: 'stored' | 'failed' | 'waiting' | 'moved';
}

/** What the source said of itself while it was read; a restore is compared with this, never with the live system. */
export interface CaptureManifest {
  /** Rows by table, for databases. */
  readonly rows?: Readonly<Record<string, number>>;
}

/**
 * `deduplication`: how many bytes of the backup one new byte stands for. `compression`: how many new bytes one stored
 * byte stands for. Undefined when nothing was new, or when an older release did not count it.
 */
export function ratiosOf({ bytesTotal, bytesNew, bytesStored }: BackupRecord): {
  readonly deduplication: number | undefined;
  readonly compression: number | undefined;
} {
  if (bytesNew === undefined || bytesNew === 0) return { deduplication: undefined, compression: undefined };
  return { deduplication: bytesTotal / bytesNew, compression: bytesStored === 0 ? undefined : bytesNew / bytesStored };
}
