import type { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import type { FileReader } from './cut-file.ts';
import type { HardLinks } from './known-content.ts';
import type { LookCrew } from './look/look-crew.ts';
import type { Opened } from './opened.ts';
import type { Owners } from './owners.ts';
import type { ReadingCrew } from './reading-crew.ts';
import type { SameFile } from './same-file.ts';
import type { EntryLook } from '../posix-at.ts';
import type { ReadAttributes } from './attributes.ts';
import type { Instant } from '../../base/clock.ts';

/** What all steps of one backup share. */
export interface ArchiveContext {
  readonly repository: Repository;
  readonly tally: Tally;
  readonly totals: ArchiveTotals;
  readonly owners: Owners;
  readonly hardLinks: HardLinks;
  readonly sameFile: SameFile;
  /** What one entry looks like, while it is compared with the parent snapshot. */
  readonly look: EntryLook;
  /** Compares folders with the parent snapshot, here and in threads. Undefined: only the walk does. */
  readonly looks: LookCrew | undefined;
  /** Reads files, here and in threads. */
  readonly crew: ReadingCrew;
  /** For files that are cut here and stored by all. */
  readonly cutter: FileReader;
  /** What of the source is open. */
  readonly opened: Opened;
  /** Stores data; whoever calls it first for the same content stores it. */
  readonly saveData: (bytes: Uint8Array) => Promise<Id>;
  /** The chunk that holes consist of, once it was met. */
  zeros: Promise<Id> | undefined;
  /** Undefined where this system offers no way to read them. */
  readonly attributes: ReadAttributes | undefined;
  /** Time of folders that the snapshot names and that do not exist. */
  readonly time: Instant;
}

export interface ArchiveTotals {
  files: number;
  filesNew: number;
  filesChanged: number;
  filesUnmodified: number;
  folders: number;
  bytesTotal: number;
  bytesRead: number;
  bytesNew: number;
  bytesStored: number;
  /** Roots of which something is in the snapshot. */
  roots: number;
}
