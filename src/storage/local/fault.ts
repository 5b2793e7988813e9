import { codeOf, messageOf, MusterError } from '../../base/error.ts';

/** What a store was doing, and where, when the system refused. */
export interface StoreAction {
  readonly doing: 'read' | 'write' | 'list' | 'remove';
  readonly what: string;
  readonly store: string;
}

/** The fault of the system as one of the store. Faults that are named already stay as they are. */
export function storageFault(error: unknown, action: StoreAction): MusterError {
  if (error instanceof MusterError) return error;
  const known = kinds[codeOf(error) ?? ''] ?? { code: 'storage-failed', hint: 'Check the disk and the system log.' };
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${messageOf(error)}`, {
    ...known,
    cause: error,
  });
}

/** What a store that only takes new objects says to everything else. */
export function appendOnlyFault(change: 'removed from' | 'replaced in', name: string, store: string): MusterError {
  return new MusterError(`${name} can't be ${change} ${store}: the storage target is append-only`, {
    code: 'storage-refused',
    hint: 'Free space there from a plan without appendOnly, on a machine that the systems cannot reach.',
  });
}

interface FaultKind {
  readonly code: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Free space on that disk, or point the storage target to a larger one, then run it again.',
};

const refused: FaultKind = {
  code: 'storage-refused',
  hint: 'Give the user that runs muster permission to read and write this folder.',
};

const missing: FaultKind = {
  code: 'storage-missing',
  hint: 'Check that the disk is mounted and that the path of the storage target is right.',
};

const kinds: Readonly<Record<string, FaultKind>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EROFS: { code: 'storage-read-only', hint: 'Mount the file system for writing.' },
  EACCES: refused,
  EPERM: refused,
  ELOOP: { code: 'storage-refused', hint: 'Replace the symbolic link by what it points to.' },
  ENOENT: missing,
  ENOTDIR: missing,
  EMFILE: { code: 'storage-failed', hint: 'Raise the limit of open files (`ulimit -n`).', retryable: true },
  EBUSY: { code: 'storage-failed', hint: 'Try again.', retryable: true },
};
