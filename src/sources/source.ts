import type { CaptureManifest } from '../base/backup.ts';
import type { BytePath, CaptureRoot } from '../base/capture.ts';
import type { Clock } from '../base/clock.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { BackupType, SourceDefinition } from '../plan/model/system.ts';

/** What sources may use of the world beyond what each call brings. */
export interface SourceWorld {
  /** The plan's: commands are started here. */
  readonly folder: string;
  readonly resolveSecret: ResolveSecret;
}

/** How one kind of system is captured and put back. One file per kind; the registry is a mapped type over the kinds. */
export interface Source<D extends SourceDefinition> {
  readonly facts: SourceFacts;
  /** Read-only: can it be backed up? Each finding says what mends it. */
  check(definition: D): Promise<readonly SourceFinding[]>;
  /** Throws a `MusterError` when there is nothing fit to be read. `release` is called once, whatever happens. */
  capture(definition: D, request: CaptureRequest): Promise<Capture>;
  /** Read-only: what stands in the way of a restore in place, beyond the disk of this machine. */
  checkRestore?(definition: D, signal: AbortSignal): Promise<readonly SourceFinding[]>;
  /** Puts a backup back. `fetch` writes files of the snapshot below a folder; the source says which and where. */
  restore(definition: D, request: RestoreSourceRequest): Promise<RestoreSourceResult>;
}

export interface SourceFacts {
  /** For the most; what a definition lacks may narrow it (`backupTypesOf` of the plan). */
  readonly backupTypes: readonly BackupType[];
  /** True when single files can be restored. */
  readonly selective: boolean;
  /** True when the system must not run during a restore in place. */
  readonly needsStopped: boolean;
}

export interface SourceFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface CaptureRequest {
  /** An empty folder for temporary copies; removed by the caller. */
  readonly scratch: string;
  /** Everything as of one moment; commands of the plan are started in `folder`. Undefined: as it is while it is read. */
  readonly frozen?: { readonly folder: string } | undefined;
  readonly signal: AbortSignal;
}

export interface Capture {
  readonly roots: readonly CaptureRoot[];
  /** What the snapshot calls its paths. */
  readonly paths: readonly string[];
  /** Whole once all roots were read. */
  readonly manifest: CaptureManifest;
  /** Aborted, with the reason, when the view can't be relied on any more. */
  readonly ended?: AbortSignal | undefined;
  /** Throws a `MusterError` when something stays behind that has to be told: a system that is still frozen. */
  release(): Promise<void>;
}

export interface RestoreSourceRequest {
  readonly place: { readonly kind: 'in-place' } | RestoreFolder;
  /** Patterns over snapshot paths; empty: everything. */
  readonly paths: readonly string[];
  readonly overwrite: 'never' | 'always';
  readonly manifest: CaptureManifest;
  /** Everything in the snapshot, parents before children; may be asked for more than once. */
  readonly entries: () => AsyncIterable<SnapshotEntry>;
  readonly fetch: (request: FetchRequest) => Promise<FetchResult>;
  /** The content of one file of the snapshot, for a program that reads it. Throws `path-missing`, `blob-damaged` …; also midway. */
  readonly read: (path: BytePath) => AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RestoreFolder {
  readonly kind: 'folder';
  readonly path: string;
  /** `trial`: the folder is thrown away; what matters is whether the data would be good. */
  readonly purpose?: 'trial' | undefined;
}

/** What is known of a path in the snapshot; an `Entry` of the vault is one. */
export interface SnapshotEntry {
  /** Absolute within the snapshot. */
  readonly path: BytePath;
  readonly type: 'file' | 'dir' | 'symlink' | 'fifo' | 'dev' | 'chardev' | 'socket';
  readonly size: number;
}

export interface FetchRequest {
  /** Absolute folder below which the snapshot's absolute paths appear. */
  readonly target: string;
  readonly overwrite: 'never' | 'always';
  readonly include?: ((path: BytePath, isFolder: boolean) => boolean) | undefined;
}

export interface FetchResult {
  readonly files: number;
  readonly bytes: number;
  readonly missing: readonly { readonly path: string; readonly detail: string }[];
}

export interface RestoreSourceResult extends FetchResult {
  /** Where the data is now, for people: a path or `in place`. */
  readonly recoveredTo: string;
  /** What the source itself found of the restored data: integrity, row counts against the manifest. */
  readonly checks: readonly SourceCheck[];
}

export interface SourceCheck {
  readonly name: string;
  readonly passed: boolean;
  /** It could not be made, and `detail` says why: it has neither passed nor found anything wrong. */
  readonly skipped?: boolean | undefined;
  readonly detail: string;
}
