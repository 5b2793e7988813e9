import { closeSync, constants, linkSync, openSync, unlinkSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';
import type { PosixState } from '../posix.ts';
import { unfinishedName } from './unfinished.ts';

/** A file that is being written and can't be found under its name yet. */
export interface NewFile {
  readonly fd: number;
  /** True when it has no name, and was made with the mode that was asked for as far as the folder and the process allow. */
  readonly unnamed: boolean;
  /** Gives it its name. Throws `EEXIST` when something stands there, whatever it is. */
  publish(place: BytePath): void;
  /** Closes it; what was not published is gone. */
  close(): void;
}

/**
 * A new file in a folder (`OpenFolder.self`), open for writing. Where the system can, it has no name at all until it
 * is whole, so that not even a crash leaves a part of it; elsewhere it has the name of something unfinished.
 * `mode` is what it is made with if it has no name.
 */
export function openNewFile(calls: PosixState, folder: BytePath, mode = closed): NewFile {
  return openUnnamed(calls, folder, mode) ?? openNamed(folder);
}

/** What has a name can be opened by others, so it is closed to them until it has its owner. */
const closed = 0o600;

/** `O_TMPFILE`, which Node does not name. */
const unnamed = 0o20_000_000 | constants.O_DIRECTORY | constants.O_WRONLY;
const named = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** What old kernels and some file systems (NFS, FAT) say. */
const unknownThere: ReadonlySet<string> = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL']);

function openUnnamed(calls: PosixState, folder: BytePath, mode: number): NewFile | undefined {
  if (!calls.available || !folder.startsWith('/proc/')) return undefined;
  const { posix } = calls;
  const fd = openOr(() => openSync(nativePath(folder), unnamed, mode));
  if (fd === undefined) return undefined;
  return { fd, unnamed: true, publish: (place) => posix.linkOpen(fd, place), close: () => closeSync(fd) };
}

function openOr(open: () => number): number | undefined {
  try {
    return open();
  } catch (error) {
    if (unknownThere.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

function openNamed(folder: BytePath): NewFile {
  const temporary = nativePath(`${folder}/${unfinishedName()}`);
  const fd = openSync(temporary, named, closed);
  return {
    fd,
    unnamed: false,
    publish: (place) => linkSync(temporary, nativePath(place)),
    close: () => {
      closeSync(fd);
      unlinkSync(temporary);
    },
  };
}
