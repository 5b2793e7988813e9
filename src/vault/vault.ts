import type { BytePath, CaptureRoot } from '../base/capture.ts';
import type { Instant } from '../base/clock.ts';
import type { RebuiltIndex } from './maintain/rebuild-index.ts';
import type { Difference, ForgetRequest, ForgetResult, PruneResult, RepairReport } from './maintain/requests.ts';
import type { Compression } from '../base/compression.ts';
import type { SealedObjects } from './sealed.ts';

/** A deduplicating, encrypted repository in restic's format 2, on one storage target. */
export interface Vault extends Maintenance {
  /** For messages. */
  readonly description: string;
  /** Id of the key slot that opened it. */
  readonly keySlot: string;
  /** Oldest first. `onDamaged` gets those that can't be read; without it they throw. */
  snapshots(onDamaged?: (id: string, error: unknown) => void): Promise<readonly Snapshot[]>;
  /** Throws `snapshot-missing`. Takes a full id or an unambiguous prefix. */
  snapshot(id: string): Promise<Snapshot>;
  /** Reads the roots and records a snapshot: the last object written. A store fault throws and records nothing. */
  backup(request: BackupRequest): Promise<BackupResult>;
  /** Every entry below `path` (default: all), parents before children, in byte order of names. */
  entries(snapshot: string, path?: BytePath): AsyncIterable<Entry>;
  /** Writes entries below `request.target`, never outside it. */
  restore(request: RestoreRequest): Promise<RestoreResult>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
  /** Every object of the vault, whichever backup needs it, to the last byte. */
  verifyAll(request: VerifyAllRequest): Promise<VerifyResult>;
  /** True when its index lists the pack. */
  hasPack(id: string): boolean;
  /** Every file of a snapshot that is not empty, with its content as a stream, in the order of the tree. */
  contents(snapshot: string): AsyncIterable<StoredFile>;
  /** One file. What this vault has lost comes from the others, as of a restore. Throws `path-missing`, also for what is no file. */
  file(snapshot: string, path: BytePath, others?: RestoreRequest['others']): Promise<StoredFile>;
  /** Reads what a restore wrote below a folder and holds it against the snapshot, to the last byte. */
  compare(request: CompareRequest): Promise<CompareResult>;
  /**
   * Brings a snapshot and what it needs to another vault; ids there differ, `original` names this one. What a copy that
   * was cut off has brought is found by the next. The progress has the bytes that are stored there, and those still to come
   * as far as they are known.
   */
  copyTo(
    target: Vault,
    snapshot: string,
    signal?: AbortSignal,
    onProgress?: (progress: TransferProgress) => void,
  ): Promise<{ readonly snapshot: string; readonly bytesStored: number }>;
  /**
   * Where the store locks objects (`facts.immutable`), locks everything that a snapshot needs for as long as is promised from
   * when it was written; undefined elsewhere. Throws what the store says when it refuses.
   */
  protect(snapshot: string, signal?: AbortSignal): Promise<Protection | undefined>;
  /** Files in a snapshot, and their bytes. */
  totals(snapshot: string): Promise<{ readonly files: number; readonly bytes: number }>;
  /** What muster keeps beside the repository. */
  readonly sealed: SealedObjects;
  /** Bytes used by the repository in its store. */
  bytesUsed(): Promise<number>;
  /** Gives up the lock, if one is held. The vault must not be used afterwards. */
  close(): Promise<void>;
}

/** What locking a snapshot did. */
export interface Protection {
  /** All of it is locked until then, or longer; it may be over already. */
  readonly until: Instant;
  /** 0 when it is over. */
  readonly objects: number;
  /** Those of them whose lock had to be made longer. */
  readonly extended: number;
}

export interface Snapshot {
  readonly id: string;
  readonly time: Instant;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly hostname: string;
  readonly username: string;
  readonly tree: string;
  readonly parent: string | undefined;
  readonly original: string | undefined;
}

export interface BackupRequest {
  readonly roots: readonly CaptureRoot[];
  /** Unchanged files (size, mtime, ctime, inode) of this snapshot are not read again. Undefined: everything is read. */
  readonly parent: string | undefined;
  readonly time: Instant;
  readonly tags: readonly string[];
  /** What the source is called in the snapshot: `paths` of restic. */
  readonly paths: readonly string[];
  /** Of new data; trees and other objects of the vault itself are always compressed. Default: `default`. */
  readonly compression?: Compression | undefined;
  /** That read and store besides the main one, for new data; default: as many as there are further processors. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export interface BackupResult {
  readonly snapshot: string;
  readonly files: number;
  /** Regular files that the parent did not have, had otherwise, and had just so. */
  readonly filesNew: number;
  readonly filesChanged: number;
  readonly filesUnmodified: number;
  readonly folders: number;
  /** Bytes of all files in the snapshot. */
  readonly bytesTotal: number;
  readonly bytesRead: number;
  /** Bytes of data and trees that the vault did not have yet, before compression. */
  readonly bytesNew: number;
  /** What those take in the vault. */
  readonly bytesStored: number;
  /** Entries that are not in the snapshot, or may be torn, and why. Any makes the backup partial. */
  readonly faults: readonly EntryFault[];
}

/** Something about one path that went wrong without stopping the whole. */
export interface EntryFault {
  readonly path: BytePath;
  /** `unreadable` · `vanished` · `changed` (while it was read) · `metadata` (content is there) · `refused` (unsafe) · `damaged` */
  readonly kind: 'unreadable' | 'vanished' | 'changed' | 'metadata' | 'refused' | 'damaged';
  readonly detail: string;
}

export interface TransferProgress {
  readonly files: number;
  readonly bytes: number;
  /** Undefined until the tree has been walked. */
  readonly filesTotal: number | undefined;
  readonly bytesTotal: number | undefined;
  /** Packs that have come back from an archive, of those that were asked for: nothing else goes on meanwhile. */
  readonly archive?: { readonly ready: number; readonly total: number } | undefined;
}

export interface Entry {
  /** Absolute within the snapshot: starts with `/`. */
  readonly path: BytePath;
  readonly type: 'file' | 'dir' | 'symlink' | 'fifo' | 'dev' | 'chardev' | 'socket';
  readonly size: number;
  /** Permission bits only. */
  readonly mode: number;
  readonly modifiedAt: Instant;
  readonly uid: number;
  readonly gid: number;
  readonly linkTarget: BytePath | undefined;
}

export interface RestoreRequest {
  readonly snapshot: string;
  /** Absolute folder. `/srv/web` of the snapshot becomes `target/srv/web`; with `/` things go where they came from. */
  readonly target: BytePath;
  /** Only entries for which this is true, and the folders above them. */
  readonly include?: ((path: BytePath, type: Entry['type']) => boolean) | undefined;
  /** Vaults with a copy of the snapshot, opened at need: what can't be had from this one is read from them. */
  readonly others?: AsyncIterable<{ readonly vault: Vault; readonly given: (bytes: number) => void }> | undefined;
  /** What happens to a file that exists: `never` refuses before anything is written, `always` replaces it. */
  readonly overwrite: 'never' | 'always';
  /** What is in an archive is asked for and waited for. Undefined: `object-archived`. */
  readonly thaw?: 'wait' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export interface RestoreResult {
  readonly files: number;
  readonly bytes: number;
  /** Entries that are not as in the snapshot now. Any makes the restore partial. */
  readonly faults: readonly EntryFault[];
}

export interface VerifyRequest {
  readonly snapshot: string;
  readonly level: 'basic' | 'standard' | 'thorough';
  /** What the backup counted when it made the snapshot; undefined: it is not known. */
  readonly expected?: { readonly files: number; readonly bytes: number } | undefined;
  /** When a pack was last found sound: a sample takes those first that have waited longest. */
  readonly verifiedAt?: ((pack: string) => Instant | undefined) | undefined;
  /** A pack that was read to the last byte and is sound. */
  readonly onSoundPack?: ((pack: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** At `thorough` the bytes are those of the packs, with their total. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export type VerifyAllRequest = Pick<VerifyRequest, 'onSoundPack' | 'signal' | 'onProgress'>;

export interface VerifyResult {
  readonly checks: readonly VaultCheck[];
  /** What nobody may conclude from the checks, in words. */
  readonly notTested: readonly string[];
}

export interface StoredFile {
  readonly path: BytePath;
  readonly size: number;
  /** Pieces belong to the caller. Throws `blob-missing` or `blob-damaged`. */
  read(): AsyncIterable<Uint8Array>;
}

export interface CompareRequest {
  readonly snapshot: string;
  /** What was `target` of the restore. */
  readonly folder: BytePath;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export interface CompareResult {
  readonly files: number;
  readonly bytes: number;
  /** The first of them; `count` says how many there are. */
  readonly differences: readonly { readonly path: BytePath; readonly detail: string }[];
  readonly count: number;
}

export interface VaultCheck {
  readonly name: string;
  readonly passed: boolean;
  /** Share in the score. */
  readonly weight: number;
  /** True when its failure alone fails the backup. */
  readonly integrity: boolean;
  readonly detail: string;
}

/** What keeps a vault small and sound. All but plans and checks want it for themselves: `vault-locked` when it is in use. */
export interface Maintenance {
  /** When each snapshot was written, by the clock of the store, where that tells: what its writer says of itself may be false. */
  storedAt(): Promise<ReadonlyMap<string, Instant>>;
  /** Removes snapshots; the bytes are freed by `prune`. Throws `last-snapshot`, `snapshot-ambiguous`. */
  forget(request: ForgetRequest): Promise<ForgetResult>;
  /** Frees what no snapshot needs. Throws `vault-damaged` before anything is changed. */
  prune(request: PruneRequest): Promise<PruneResult>;
  /** Makes the index anew from the packs. */
  rebuildIndex(): Promise<RebuiltIndex>;
  /** Says what is damaged, saves what can be read, and brings the rest back to a sound state. */
  repair(request: RepairRequest): Promise<Omit<RepairReport, 'changed'>>;
  /** What differs between two snapshots, in the order of the tree. */
  differences(before: string, after: string): AsyncIterable<Difference>;
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
