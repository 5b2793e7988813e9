import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { StoreAction } from '../local/fault.ts';

/** The connection was cut, or went silent. */
export class ConnectionLost extends Error {
  constructor(why: string) {
    super(`the connection was lost: ${why}`);
    this.name = 'ConnectionLost';
  }
}

/** Numbers that a server answers with (draft-ietf-secsh-filexfer-02, section 7). */
export const status = { noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

/** True when that is what the server answered. OpenSSH says `failure` of most that has no number of its own. */
export function hasStatus(error: unknown, number: number): boolean {
  return error instanceof Error && 'code' in error && error.code === number;
}

/** What the file system of the server says of itself, where the server tells. */
export interface Space {
  readonly freeBytes: number;
  readonly freeFiles: number;
  readonly readOnly: boolean;
}

/** The answer of the server as a fault of the store. `space` tells what a plain failure may mean. */
export function sftpFault(error: unknown, action: StoreAction, space?: Space): MusterError {
  if (error instanceof MusterError) return error;
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${messageOf(error)}`, {
    ...kindOf(error, space),
    cause: error,
  });
}

interface FaultKind {
  readonly code: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const unreachable: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check that the host runs, that sshd listens on this port, and that no firewall stands between.',
  retryable: true,
};

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Free space on the disk of that host, or point the storage target to a larger one, then run it again.',
};

const readOnly: FaultKind = {
  code: 'storage-read-only',
  hint: 'Mount the file system of that host for writing.',
};

const failed: FaultKind = {
  code: 'storage-failed',
  hint: "The server says no more; look in its system log, and for a quota or a limit of that user's.",
};

const byStatus: Readonly<Record<number, FaultKind>> = {
  [status.noSuchFile]: {
    code: 'storage-missing',
    hint: 'Check the path of the storage target, and that its disk is mounted on that host.',
  },
  [status.permissionDenied]: {
    code: 'storage-refused',
    hint: 'Give the user of the storage target permission to read and write this folder on that host.',
  },
  [status.unsupported]: {
    code: 'storage-failed',
    hint: 'The server does not support what is needed; use the one of OpenSSH (`internal-sftp`).',
  },
};

function kindOf(error: unknown, space: Space | undefined): FaultKind {
  if (error instanceof ConnectionLost || isOfNetwork(error)) return unreachable;
  if (hasStatus(error, status.failure) && space) return kindBySpace(space);
  const number = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 0;
  return byStatus[number] ?? failed;
}

/** A server may keep the last of it back. */
function kindBySpace({ freeBytes, freeFiles, readOnly: isReadOnly }: Space): FaultKind {
  if (isReadOnly) return readOnly;
  return freeBytes < 2 ** 20 || freeFiles === 0 ? full : failed;
}

const networkCodes: ReadonlySet<string> = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENOTFOUND EAI_AGAIN EADDRNOTAVAIL'.split(
    ' ',
  ),
);

function isOfNetwork(error: unknown): boolean {
  return networkCodes.has(codeOf(error) ?? '');
}
