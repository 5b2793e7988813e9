import type { Tally } from '../progress.ts';
import type { Repository } from '../repository.ts';
import type { HardLinks } from './known-content.ts';
import type { Owners } from './owners.ts';
import type { ExtendedAttribute } from '../tree/node.ts';
import type { BytePath } from '../../base/capture.ts';
import type { Instant } from '../../base/clock.ts';

/** What all steps of one backup share. */
export interface ArchiveContext {
  readonly repository: Repository;
  readonly tally: Tally;
  readonly totals: ArchiveTotals;
  readonly owners: Owners;
  readonly hardLinks: HardLinks;
  /** For files of one chunk, one at a time. */
  readonly buffer: Buffer;
  /** Undefined where this system offers no way to read them. */
  readonly attributes: ((path: BytePath) => readonly ExtendedAttribute[]) | undefined;
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
