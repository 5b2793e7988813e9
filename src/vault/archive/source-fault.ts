import { codeOf } from '../../base/error.ts';
import type { BytePath } from '../../base/capture.ts';
import type { EntryFault } from '../vault.ts';

/** Something about the source that costs one entry, not the backup. Faults of the store are never of this class. */
export class SourceFault extends Error {
  readonly fault: EntryFault;

  constructor(fault: EntryFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'it was removed while the backup ran',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EIO: 'the device reported an input/output error',
  ELOOP: 'a symbolic link has taken its place',
  ENOTDIR: 'it is no folder any more',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many open files: the folders are nested too deeply',
};

/** Runs calls on the source; a system error becomes a `SourceFault` for `path`. */
export function reading<T>(path: BytePath, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asFault(path, error);
  }
}

/** System errors as a `SourceFault`; anything else as it is. */
export function asFault(path: BytePath, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const kind = code === 'ENOENT' || code === 'ENOTDIR' ? 'vanished' : 'unreadable';
  return new SourceFault({ path, kind, detail: detailOf(code) });
}

/** A system error in words. */
export function detailOf(code: string): string {
  const known = words[code];
  return known === undefined ? code : `${known} (${code})`;
}
