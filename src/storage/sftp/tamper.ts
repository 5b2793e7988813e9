import { posix } from 'node:path';
import { messageOf } from '../../base/error.ts';
import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import type { SftpConnections } from './connections.ts';
import { hasStatus, status } from './fault.ts';
import { readFile } from './read.ts';
import type { SftpSession } from './session.ts';

/** Whoever may log in may do this. */
export function sftpTamper(connections: SftpConnections, folder: string): ObjectTamper {
  return {
    attempt: (kind, name) =>
      connections.use(async (session) => {
        const path = posix.join(folder, name);
        const before = await readFile(session, path);
        const fault = await attempts[kind](session, path).catch((error: unknown) => error);
        return await judge(session, { path, before, kind, fault });
      }),
  };
}

type Attempt = (session: SftpSession, path: string) => Promise<unknown>;

const remove: Attempt = (session, path) => session.request((sftp, answer) => sftp.unlink(path, answer));

const noLocks: Attempt = () => Promise.resolve(undefined);

const longAgo = 981_173_106;

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove,
  destroy: remove,
  overwrite: async (session, path) => {
    await session.request((sftp, answer) => sftp.chmod(path, 0o600, answer));
    const handle = await session.request<Buffer>((sftp, answer) => sftp.open(path, 'r+', answer));
    const other = Buffer.from('overwritten');
    await session.request((sftp, answer) => sftp.write(handle, other, 0, other.length, 0, answer));
    await session.request((sftp, answer) => sftp.close(handle, answer));
  },
  'shorten-lock': noLocks,
  'lift-lock': noLocks,
  'back-date': (session, path) => session.request((sftp, answer) => sftp.utimes(path, longAgo, longAgo, answer)),
};

interface Attempted {
  readonly path: string;
  readonly before: Buffer;
  readonly kind: TamperKind;
  /** Undefined: the server did it. */
  readonly fault: unknown;
}

async function judge(session: SftpSession, { path, before, kind, fault }: Attempted): Promise<TamperResult> {
  if (attempts[kind] === noLocks) return { outcome: 'not-applicable', detail: 'files have no locks' };
  const detail = fault === undefined ? 'the server did it' : messageOf(fault);
  const isChanged =
    kind === 'back-date'
      ? (await session.lstat(path)).mtime === longAgo
      : (await readFile(session, path).catch(() => undefined))?.equals(before) !== true;
  if (isChanged) return { outcome: 'done', detail };
  return { outcome: isRefusal(fault) ? 'refused' : 'unknown', detail };
}

function isRefusal(fault: unknown): boolean {
  return hasStatus(fault, status.permissionDenied) || hasStatus(fault, status.failure);
}
