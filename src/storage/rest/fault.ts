import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { StoreAction } from '../local/fault.ts';
import type { ObjectStore } from '../store.ts';

/** An answer of the server that isn't the one that was hoped for. */
export class BadStatus extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`the server answers ${status}${reason === '' ? '' : ` ${reason}`}`);
    this.status = status;
  }
}

/** The server speaks another language. */
export class BadAnswer extends Error {}

export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof BadStatus && statuses.includes(error.status);
}

/** What became of a request, as a fault of the store. */
export function restFault(error: unknown, action: StoreAction): MusterError {
  if (error instanceof MusterError) return error;
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${messageOf(error)}`, {
    ...kindOf(error, action),
    cause: error,
  });
}

/** What the store of a server says that keeps everything: the plan tells that it does (`appendOnly`), or its refusal. */
export function onlyNew(change: 'removed from' | 'replaced in', name: string, store: StoreOfServer): MusterError {
  const inPlan = store.facts.appendOnly ? '' : 'Say `appendOnly: true` for the storage target, and free';
  return new MusterError(`${name} can't be ${change} ${store.description}: the server only takes new objects`, {
    code: 'storage-refused',
    hint:
      `${inPlan || 'Free'} space on that host itself, or through a second server without \`--append-only\` that the ` +
      'systems cannot reach.',
  });
}

type StoreOfServer = Pick<ObjectStore, 'facts' | 'description'>;

interface FaultKind {
  readonly code: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

function kindOf(error: unknown, action: StoreAction): FaultKind {
  if (error instanceof BadStatus) return byStatus[error.status] ?? otherStatus(error.status);
  if (error instanceof BadAnswer) return notRest;
  const code = codeOf(error) ?? '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code)) return untrusted;
  if (code === 'EPROTO' || code.startsWith('HPE_')) return notRest;
  if (action.doing === 'write' && localCodes.has(code)) return noRoom;
  return unreachable;
}

function otherStatus(status: number): FaultKind {
  if (status >= 500) return { code: 'storage-failed', hint: 'Look in the log of the server.', retryable: true };
  return notRest;
}

const unreachable: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check that the server runs, the `url` of the storage target, and that no firewall stands between.',
  retryable: true,
};

const busy: FaultKind = {
  ...unreachable,
  hint: 'The server, or a proxy before it, is overloaded or down: try again later.',
};

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Free space on that server or raise its quota (`--max-size`), then run it again.',
};

const untrusted: FaultKind = {
  code: 'storage-refused',
  hint: 'Name the PEM file of the authority that signed the certificate with `ca`, and check the host in `url`.',
};

const notRest: FaultKind = {
  code: 'storage-failed',
  hint: "Check that `url` (with http or https, as the server has it) is that of a repository on restic's REST server.",
};

const noRoom: FaultKind = {
  code: 'storage-failed',
  hint: 'Objects are put together in the temporary folder before they are sent: make room there, or set TMPDIR.',
};

const localCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ENOENT', 'EMFILE']);

const byStatus: Readonly<Record<number, FaultKind>> = {
  400: {
    code: 'storage-failed',
    hint: 'The bytes did not arrive as they were sent, or do not fit the name of the object: try again.',
    retryable: true,
  },
  401: { code: 'storage-refused', hint: 'Check `user` and `password` of the storage target.' },
  403: {
    code: 'storage-refused',
    hint: 'Give the user of the storage target this repository: with `--private-repos`, its path begins with the name of the user.',
  },
  404: {
    code: 'storage-missing',
    hint: 'Check the path in `url`; a vault that is not there yet is made by the first backup.',
  },
  408: busy,
  413: full,
  429: busy,
  502: busy,
  503: busy,
  504: busy,
  507: full,
};
