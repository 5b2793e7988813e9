import { mkdirSync, unlinkSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { nativePath, openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { TreeNode } from '../tree/node.ts';
import type { RestoreContext } from './context.ts';
import { EntryRefused } from './entry-refused.ts';
import { statAt } from './stat-at.ts';
import { removeUnfinished } from './unfinished.ts';

/**
 * A folder below the target. It is looked up, or made, only when something has to go into it, each part from the open
 * folder above it: a link that somebody puts in its place leads nowhere.
 */
export class TargetFolder {
  readonly path: BytePath;
  readonly node: TreeNode | undefined;
  readonly parent: TargetFolder | undefined;
  /** True when this restore made it. */
  made = false;
  readonly #context: RestoreContext;
  #open: OpenFolder | undefined;
  #tidied = false;

  constructor(
    context: RestoreContext,
    place: { readonly path: BytePath; readonly node?: TreeNode; readonly parent?: TargetFolder },
  ) {
    this.#context = context;
    this.path = place.path;
    this.node = place.node;
    this.parent = place.parent;
    if (place.parent === undefined) this.#open = context.top;
  }

  /** The folder, once it was looked up or made. */
  get opened(): OpenFolder | undefined {
    return this.#open;
  }

  /** The folder when it is there; `blocked` when something else is, here or above. Changes nothing. */
  look(): OpenFolder | 'nothing' | 'blocked' {
    if (this.#open !== undefined) return this.#open;
    if (this.parent === undefined || this.node === undefined) return this.#context.top;
    const parent = this.parent.look();
    if (typeof parent === 'string') return parent;
    const place = parent.child(this.node.name);
    const standing = this.#standing(place);
    if (standing !== 'folder') return standing === 'other' ? 'blocked' : 'nothing';
    this.#open = this.#openAt(place);
    return this.#open;
  }

  /** Throws `EntryRefused` or a system error when it can be neither used nor made. */
  enter(): OpenFolder {
    const folder = this.#entered();
    if (!this.#tidied && !this.made) removeUnfinished(folder);
    this.#tidied = true;
    return folder;
  }

  #entered(): OpenFolder {
    if (this.#open !== undefined) return this.#open;
    if (this.parent === undefined || this.node === undefined) return this.#context.top;
    const place = this.parent.enter().child(this.node.name);
    // Where the folder above is new, so is this one as a rule.
    if (!this.parent.made || !this.#madeAtOnce(place)) this.#makeOrUse(place);
    this.#open = this.#openAt(place);
    return this.#open;
  }

  #madeAtOnce(place: BytePath): boolean {
    try {
      this.#make(place);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    return this.made;
  }

  #makeOrUse(place: BytePath): void {
    const standing = this.#standing(place);
    if (standing === 'other') this.#clear(place);
    if (standing !== 'folder') this.#make(place);
  }

  close(): void {
    if (this.parent !== undefined) this.#open?.close();
    this.#open = undefined;
  }

  #standing(place: BytePath): 'folder' | 'nothing' | 'other' {
    const stats = statAt(place);
    if (stats === undefined) return 'nothing';
    return stats.isDirectory() || (stats.isSymbolicLink() && this.#mayFollow()) ? 'folder' : 'other';
  }

  #mayFollow(): boolean {
    return this.#context.area.mayFollow(this.path);
  }

  #openAt(place: BytePath): OpenFolder {
    return openFolder(place, this.#mayFollow() ? 'follow' : 'refuse');
  }

  /** Closed to others until its owner and mode are set, which comes last. */
  #make(place: BytePath): void {
    mkdirSync(nativePath(place), { mode: 0o700 });
    this.made = true;
  }

  #clear(place: BytePath): void {
    if (this.#context.request.overwrite === 'never') throw new EntryRefused('something else stands in its place');
    unlinkSync(nativePath(place));
  }
}
