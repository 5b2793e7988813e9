import type { Stats } from 'ssh2';
import { MusterError } from '../../base/error.ts';
import type { ByteRange } from '../store.ts';
import type { SftpSession } from './session.ts';

/** No object of a vault is longer; a server that says so must not make this process ask for the memory. */
const longest = 2 ** 32;

/** What every server answers with in one piece; 32 KiB is all that the protocol promises. */
const chunk = 2 ** 15;
/** Requests under way for one object: 2 MiB, which is what a channel lets through unread. */
const lanes = 64;

/**
 * Reads a file, or a part of it, with many requests at once. Throws what the server answers, and `NotAFile`. Symbolic
 * links are not followed: what they point to isn't the store's.
 */
export async function readFile(session: SftpSession, path: string, range?: ByteRange): Promise<Buffer> {
  const [stats, opened] = await Promise.allSettled([
    session.lstat(path),
    session.request<Buffer>((sftp, answer) => sftp.open(path, 'r', answer)),
  ]);
  if (opened.status === 'rejected') throw opened.reason;
  const handle = opened.value;
  try {
    if (stats.status === 'rejected') throw stats.reason;
    if (!stats.value.isFile()) throw new NotAFile(stats.value);
    return await readRange(session, handle, range);
  } finally {
    // The bytes are here; whether the server lets go of its handle changes nothing.
    void session.request((sftp, answer) => sftp.close(handle, answer)).catch(() => {});
  }
}

/** There is something of this name, but no object. */
export class NotAFile extends Error {
  readonly kind: 'folder' | 'link' | 'other';

  constructor(stats: Stats) {
    super('it is no regular file');
    this.kind = stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : 'other';
  }
}

async function readRange(session: SftpSession, handle: Buffer, range: ByteRange | undefined): Promise<Buffer> {
  // The handle is of one file, whatever has got its name since.
  const { size } = await session.request<Stats>((sftp, answer) => sftp.fstat(handle, answer));
  const start = Math.min(range?.offset ?? 0, size);
  const length = Math.min(range?.length ?? size, size - start);
  if (length > longest) throw tooLong(size);
  const bytes = Buffer.allocUnsafeSlow(length);
  return bytes.subarray(0, await fill({ session, handle, bytes, start }));
}

interface Filling {
  readonly session: SftpSession;
  readonly handle: Buffer;
  readonly bytes: Buffer;
  /** In the file. */
  readonly start: number;
}

/** How many bytes from the front are there: fewer than asked for when the file has become shorter. */
async function fill(filling: Filling): Promise<number> {
  let next = 0;
  let end = filling.bytes.length;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const from = next;
      next += chunk;
      const until = Math.min(next, filling.bytes.length);
      const reached = await fillChunk(filling, from, until);
      if (reached < until) end = Math.min(end, reached);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, Math.ceil(end / chunk)) }, lane));
  return end;
}

/** A server may answer with less than it was asked for; with nothing at the end of the file. */
async function fillChunk({ session, handle, bytes, start }: Filling, from: number, until: number): Promise<number> {
  for (let at = from; at < until;) {
    const got = await session.request<number>((sftp, answer) =>
      sftp.read(handle, bytes, at, until - at, start + at, answer),
    );
    if (got === 0) return at;
    at += got;
  }
  return until;
}

function tooLong(size: number): MusterError {
  return new MusterError(`the server says that an object is ${size} bytes long`, {
    code: 'storage-failed',
    hint: 'No object of a vault is that long: look at what lies there.',
  });
}
