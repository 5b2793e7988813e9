import type { Instant } from './clock.ts';

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
  readonly type: 'full' | 'incremental';
  /** Name of the schedule that asked for it; undefined: by hand. Part of the retention scope. */
  readonly schedule: string | undefined;
  readonly status: 'succeeded' | 'partial';
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
  readonly files: number;
  readonly storage: readonly StoredCopy[];
  readonly manifest: CaptureManifest;
}

export interface StoredCopy {
  /** Name of the storage target. */
  readonly name: string;
  /** Id of the snapshot there. */
  readonly snapshot: string;
  readonly status: 'stored' | 'failed';
}

/** What the source said of itself while it was read; a restore is compared with this, never with the live system. */
export interface CaptureManifest {
  /** Rows by table, for databases. */
  readonly rows?: Readonly<Record<string, number>>;
}
