import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import type { BytePath } from '../base/capture.ts';
import { codeOf, messageOf } from '../base/error.ts';
import type { ExtendedAttribute } from './tree/node.ts';

/** An open file, or a path whose last part is not followed when it is a link. */
export type PosixPlace = number | BytePath;

/** Calls of Linux that Node has not. They throw errors with a `code`, as those of `node:fs` do. */
export interface Posix {
  /** In the order in which the file system lists them; empty where it knows none. */
  readonly attributes: (path: BytePath) => readonly ExtendedAttribute[];
  setAttribute(place: PosixPlace, attribute: ExtendedAttribute): void;
  /** No error when there is none of that name. */
  removeAttribute(place: PosixPlace, name: string): void;
  /** Nanoseconds since 1970, exactly; Node's own calls round them. */
  setTimes(place: PosixPlace, times: { readonly atime: bigint; readonly mtime: bigint }): void;
  /** Gives an open file a name, also one that has none yet (`O_TMPFILE`). Throws `EEXIST` when the name is taken. */
  linkOpen(fd: number, place: BytePath): void;
  /** `mode` is a `st_mode`: the type (FIFO, block or character device) and permissions. */
  makeNode(path: BytePath, mode: number, device: bigint): void;
  /** Where the next data at or after an offset of an open file begins; infinity when only a hole is left. */
  nextData(fd: number, offset: number): number;
  /** Everything written to the file system of this open file is durable when it resolves. */
  syncFileSystem(fd: number): Promise<void>;
}

export type PosixState =
  | { readonly available: true; readonly posix: Posix }
  | { readonly available: false; readonly reason: string };

let state: PosixState | undefined;

/** Loads the calls at first use: it costs some milliseconds and megabytes that most commands need not pay. */
export function posixCalls(): PosixState {
  state ??= load();
  return state;
}

function load(): PosixState {
  if (process.platform !== 'linux') return { available: false, reason: `not known on ${process.platform}` };
  try {
    return { available: true, posix: bind() };
  } catch (error) {
    return { available: false, reason: messageOf(error) };
  }
}

type Call = (...values: unknown[]) => number;
type AsyncCall = { async(fd: number, done: (error: Error | null, result: number) => void): void };
/** The part of koffi that is used; it is required, not imported, so that the load can fail softly. */
interface Koffi {
  load(library: null): { func(signature: string): Call };
  errno(): number;
}

const atCurrentFolder = -100;
const noFollow = 0x100;
const followLink = 0x400;
const emptyPath = 0x1000;
const seekData = 3;
const perSecond = 1_000_000_000n;

function bind(): Posix {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const libc = koffi.load(null);
  const fail = (call: string): Error => systemError(call, koffi.errno());
  const must = (call: string, result: number): void => {
    if (result < 0) throw fail(call);
  };
  const listxattr = libc.func('int64_t llistxattr(const void *path, void *list, size_t size)');
  const getxattr = libc.func('int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)');
  const mknod = libc.func('int mknod(const void *path, uint32_t mode, uint64_t device)');
  const syncfs = libc.func('int syncfs(int fd)') as unknown as AsyncCall;
  const lseek = libc.func('int64_t lseek(int fd, int64_t offset, int whence)');
  const calls = { libc, must, fail };
  return {
    attributes: attributeReader({ listxattr, getxattr, fail }),
    setAttribute: attributeSetter(calls),
    removeAttribute: attributeRemover(calls),
    setTimes: timeSetter(calls),
    linkOpen: openLinker(calls),
    makeNode: (path, mode, device) => must('mknod', mknod(cString(path), mode, device)),
    nextData: (fd, offset) => {
      const at = lseek(fd, offset, seekData);
      if (at >= 0) return at;
      const error = fail('lseek');
      // File systems that know no holes have data everywhere.
      return codeOf(error) === 'ENXIO' ? Number.POSITIVE_INFINITY : offset;
    },
    syncFileSystem: (fd) =>
      new Promise((resolve, reject) => {
        syncfs.async(fd, (error, result) => {
          if (error === null && result === 0) resolve();
          else reject(error ?? new Error('syncfs failed'));
        });
      }),
  };
}

interface Calls {
  readonly libc: ReturnType<Koffi['load']>;
  readonly must: (call: string, result: number) => void;
  readonly fail: (call: string) => Error;
}

/**
 * By the open file itself, for which old kernels want a privilege; where that does not do, by the kernel's own link to
 * it, which is one more path to walk. What the file is called elsewhere does not matter.
 */
function openLinker({ libc, must }: Calls): Posix['linkOpen'] {
  const linkat = libc.func('int linkat(int from, const void *path, int to, const void *place, int flags)');
  let byLink = false;
  return (fd, place) => {
    const to = cString(place);
    if (!byLink && linkat(fd, '', atCurrentFolder, to, emptyPath) === 0) return;
    must('linkat', linkat(atCurrentFolder, `/proc/self/fd/${fd}`, atCurrentFolder, to, followLink));
    byLink = true;
  };
}

function attributeSetter({ libc, must }: Calls): Posix['setAttribute'] {
  const byPath = libc.func('int lsetxattr(const void *path, const void *name, const void *v, size_t size, int flags)');
  const byFd = libc.func('int fsetxattr(int fd, const void *name, const void *value, size_t size, int flags)');
  return (place, { name, value }) => {
    if (typeof place === 'number') must('fsetxattr', byFd(place, name, value, value.length, 0));
    else must('lsetxattr', byPath(cString(place), name, value, value.length, 0));
  };
}

function attributeRemover({ libc, fail }: Calls): Posix['removeAttribute'] {
  const byPath = libc.func('int lremovexattr(const void *path, const void *name)');
  const byFd = libc.func('int fremovexattr(int fd, const void *name)');
  return (place, name) => {
    const result = typeof place === 'number' ? byFd(place, name) : byPath(cString(place), name);
    if (result < 0) noneOrThrow(fail('removexattr'));
  };
}

function timeSetter({ libc, must }: Calls): Posix['setTimes'] {
  const byPath = libc.func('int utimensat(int folder, const void *path, const int64_t *times, int flags)');
  const byFd = libc.func('int futimens(int fd, const int64_t *times)');
  const times = new BigInt64Array(4);
  return (place, { atime, mtime }) => {
    [times[0], times[1]] = timespec(atime);
    [times[2], times[3]] = timespec(mtime);
    if (typeof place === 'number') must('futimens', byFd(place, times));
    else must('utimensat', byPath(atCurrentFolder, cString(place), times, noFollow));
  };
}

interface AttributeCalls {
  readonly listxattr: Call;
  readonly getxattr: Call;
  readonly fail: (call: string) => Error;
}

/** The kernel's limit for a list and for a value is 64 KiB each, so one buffer of that size always does. */
function attributeReader(calls: AttributeCalls): Posix['attributes'] {
  const buffer = Buffer.alloc(65_536);
  const valueOf = (path: string | Buffer, name: string): ExtendedAttribute | undefined => {
    const length = calls.getxattr(path, name, buffer, buffer.length);
    if (length >= 0) return { name, value: Buffer.from(buffer.subarray(0, length)) };
    const error = calls.fail('lgetxattr');
    if (isNone(error)) return undefined;
    throw error;
  };
  return (path) => {
    const place = cString(path);
    const length = calls.listxattr(place, buffer, buffer.length);
    if (length === 0) return [];
    if (length < 0) return noneOrThrow(calls.fail('llistxattr'));
    const names = buffer.toString('utf8', 0, length).split('\0').slice(0, -1);
    return names.map((name) => valueOf(place, name)).filter((attribute) => attribute !== undefined);
  };
}

function noneOrThrow(error: Error): readonly ExtendedAttribute[] {
  if (isNone(error)) return [];
  throw error;
}

/** The file system knows no attributes, or this one was removed meanwhile. */
function isNone(error: Error & { code?: string }): boolean {
  return error.code === 'ENOTSUP' || error.code === 'EOPNOTSUPP' || error.code === 'ENODATA';
}

function systemError(call: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${call}`), { code });
}

/** Plain text where that is the same as the bytes, because it is faster. */
function cString(path: BytePath): string | Buffer {
  return /[\u0080-\u00ff]/.test(path) ? Buffer.from(`${path}\0`, 'latin1') : path;
}

function timespec(time: bigint): readonly [bigint, bigint] {
  const rest = ((time % perSecond) + perSecond) % perSecond;
  return [(time - rest) / perSecond, rest];
}
