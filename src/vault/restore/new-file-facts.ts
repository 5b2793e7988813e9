import { fstatSync } from 'node:fs';
import type { Standing } from './context.ts';
import type { NewFile } from './new-file.ts';
import type { OpenPlace } from './write-task.ts';

/**
 * What owner and mode new files get in a folder. The system decides it alike for all that are made there with the same
 * mode, so the first of them is asked.
 */
export class NewFileFacts {
  readonly #known = new WeakMap<OpenPlace, { readonly asked: number; readonly standing: Standing }>();

  /** Undefined where the folder, or a file system of another kind, may treat each file in its own way. */
  of(folder: OpenPlace, file: NewFile, asked: number): Standing | undefined {
    if (folder.inherits || !file.unnamed) return undefined;
    const known = this.#known.get(folder);
    if (known?.asked === asked) return known.standing;
    const { uid, gid, mode } = fstatSync(file.fd);
    const standing = { uid, gid, mode: mode & 0o7777 };
    this.#known.set(folder, { asked, standing });
    return standing;
  }
}
