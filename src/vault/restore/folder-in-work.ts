import type { BytePath } from '../../base/capture.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { RestoreContext } from './context.ts';
import { applyToOpen } from './metadata.ts';
import type { TargetFolder } from './target-folder.ts';
import type { SafeEntry } from './tree-walk.ts';
import type { OpenPlace } from './write-task.ts';

export interface WorkFolderOptions {
  readonly context: RestoreContext;
  readonly target: TargetFolder;
  readonly parent?: FolderInWork | undefined;
  /** Undefined for the target itself, which stays as it is. */
  readonly entry?: SafeEntry | undefined;
  /** True when a folder that was there already becomes as in the snapshot. */
  readonly becomes: boolean;
  readonly onDone: (folder: FolderInWork) => void;
}

/**
 * Keeps a folder open until all that belongs in it is there. Its owner, mode and times come last: what is made in it
 * would change them, or not be allowed.
 */
export class FolderInWork {
  readonly target: TargetFolder;
  readonly #options: WorkFolderOptions;
  /** The walk over it is one. */
  #unfinished = 1;
  #place: OpenPlace | undefined;

  constructor(options: WorkFolderOptions) {
    this.#options = options;
    this.target = options.target;
    options.parent?.hold();
  }

  enter(): OpenFolder {
    return this.target.enter();
  }

  /** For files that go into it. */
  place(): OpenPlace {
    if (this.#place !== undefined) return this.#place;
    const { self } = this.enter();
    this.#place = { self, prefix: self.slice(0, -1), inherits: this.#inherits(self) };
    return this.#place;
  }

  /** What the system lists as an attribute of a folder is what it gives to all that is made in it, folders too. */
  #inherits(self: BytePath): boolean {
    const { calls } = this.#options.context;
    if (!this.#mayHaveLists()) return false;
    return !calls.available || calls.posix.attributes(self).some(({ name }) => name === 'system.posix_acl_default');
  }

  /** Until its own attributes are set, a folder that was made in one without lists has none. */
  #mayHaveLists(): boolean {
    const { parent, target } = this.#options;
    return !target.made || parent === undefined || parent.place().inherits;
  }

  hold(): void {
    this.#unfinished += 1;
  }

  release(): void {
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#finish();
  }

  #finish(): void {
    const { context, target, entry, parent, becomes, onDone } = this.#options;
    try {
      const { opened } = target;
      if (entry !== undefined && opened !== undefined && (target.made || becomes))
        applyToOpen({ ...context, inherits: this.#mayHaveLists() }, entry, opened.fd);
    } finally {
      target.close();
      onDone(this);
      parent?.release();
    }
  }
}
