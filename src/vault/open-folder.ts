import { closeSync, constants, existsSync, openSync } from 'node:fs';
import type { BytePath } from '../base/capture.ts';

/**
 * A folder that is held open, so that what is done below it happens in this very folder, even when somebody
 * renames it or puts a symbolic link in its place meanwhile.
 *
 * Node has no `openat`. On Linux a name below `/proc/self/fd/N/` means the same: the kernel goes to the open
 * folder itself and looks at no path. Where there is no `/proc` the folder's own path takes its place; opening with
 * `O_NOFOLLOW` still refuses a link that is there, but not one that is exchanged between two calls.
 */
export interface OpenFolder {
  readonly fd: number;
  /** A path to the folder itself, good for calls that don't follow links. */
  readonly self: BytePath;
  /** A path to an entry. `name` must be a single, safe name. */
  child(name: BytePath): BytePath;
  close(): void;
}

const base = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;
let hasProc: boolean | undefined;

/** `links: 'refuse'`: throws `ELOOP` or `ENOTDIR` when the last part of the path is a symbolic link. */
export function openFolder(path: BytePath, links: 'follow' | 'refuse'): OpenFolder {
  const fd = openSync(nativePath(path), links === 'refuse' ? base | constants.O_NOFOLLOW : base);
  hasProc ??= existsSync(`/proc/self/fd/${fd}/.`);
  const prefix = hasProc ? `/proc/self/fd/${fd}/` : path.endsWith('/') ? path : `${path}/`;
  return { fd, self: `${prefix}.`, child: (name) => prefix + name, close: () => closeSync(fd) };
}

/** For calls of `node:fs`: plain text where that is the same as the bytes, because it is faster. */
export function nativePath(path: BytePath): string | Buffer {
  return /[\u0080-\u00ff]/.test(path) ? Buffer.from(path, 'latin1') : path;
}

/** `/srv/web` and `a` give `/srv/web/a`; the root gives `/a`. */
export function joinPath(folder: BytePath, name: BytePath): BytePath {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
