import type { OpenFolder } from '../open-folder.ts';
import type { PosixState } from '../posix.ts';
import type { Tally } from '../progress.ts';
import type { EntryFault, RestoreRequest } from '../vault.ts';
import type { BytePath } from '../../base/capture.ts';
import type { RestoreSource } from './other-copies.ts';
import type { RestoredLinks } from './restored-links.ts';

/** What is needed to set owner, mode, times and attributes. */
export interface MetadataContext {
  readonly calls: PosixState;
  /** Only root can give files to others. */
  readonly asRoot: boolean;
  /** False when nothing that is made in this folder gets access lists from it. */
  readonly inherits?: boolean;
  /** What a new file surely has already: a call that changes nothing costs as much as one that does. */
  readonly known?: Standing | undefined;
  readonly tally: { fault(fault: EntryFault): void };
}

export interface Standing {
  readonly uid: number;
  readonly gid: number;
  /** All twelve bits. */
  readonly mode: number;
}

/** What all steps of one restore share. */
export interface RestoreContext extends MetadataContext {
  readonly repository: RestoreSource;
  readonly request: RestoreRequest;
  readonly tally: Tally;
  /** The target, held open. */
  readonly top: OpenFolder;
  readonly links: RestoredLinks;
  readonly area: RestoreArea;
}

/** What is special about folders of the live system that lie above what the snapshot was made from. */
export interface RestoreArea {
  /** A symbolic link that stands there may be followed (`/var/run` on most systems). */
  mayFollow(path: BytePath): boolean;
  /** A folder that stands there keeps its owner, mode and times. */
  isAbove(path: BytePath): boolean;
}
