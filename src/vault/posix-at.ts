import { lstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { createRequire } from 'node:module';
import type { BytePath, EntryFacts } from '../base/capture.ts';
import { nativePath } from './open-folder.ts';

/*
 * Calls on what lies in an open folder. Node reaches it by `/proc/self/fd/N/name` only, and each such way costs as much
 * as the call itself; that and the objects that Node makes are most of a backup in which nothing has changed.
 */

/** The part of `lstat` that a backup looks at. */
export type EntryStats = Pick<BigIntStats, Long | 'isFile' | 'isDirectory'> & Readonly<Record<Short, bigint | number>>;
type Long = 'dev' | 'ino' | 'rdev' | 'size' | 'mtimeNs' | 'ctimeNs';
type Short = 'mode' | 'nlink' | 'uid' | 'gid';

/** An entry of an open folder. */
export interface EntryAt {
  readonly folder: number;
  readonly name: BytePath;
  /** The same entry, for calls of Node. */
  readonly access: BytePath;
}

/** As `lstatSync`, with its errors. */
export function statAt(entry: EntryAt): EntryStats {
  calls ??= load();
  return calls.stat(entry) ?? lstatSync(nativePath(entry.access), { bigint: true });
}

/** As `statAt`, into what is used again: nothing is left behind for each entry. False: ask `statAt`, which says why. */
export function statInto(look: EntryLook, entry: EntryAt): boolean {
  calls ??= load();
  return calls.statInto(look, entry);
}

/** True when it is sure that the entry has no extended attributes; false: look. */
export function hasNoAttributes({ folder, name }: EntryAt): boolean {
  calls ??= load();
  return calls.countAttributes(folder, name) === 0;
}

interface Calls {
  /** Undefined after any error: Node says what it is. */
  readonly stat: (entry: EntryAt) => EntryStats | undefined;
  readonly statInto: (look: EntryLook, entry: EntryAt) => boolean;
  /** Bytes of the list of their names; negative where the kernel has no such call, or after an error. */
  readonly countAttributes: (folder: number, name: BytePath) => number;
}

let calls: Calls | undefined;

/** The part of koffi that is used. */
interface Koffi {
  load(library: null): { func(signature: string): (...values: unknown[]) => number };
}

function load(): Calls {
  try {
    if (process.platform === 'linux') return bind();
  } catch {
    // What `posix.ts` says of it is enough.
  }
  return { stat: () => undefined, statInto: () => false, countAttributes: () => -1 };
}

const noFollow = 0x100;
const basicFields = 0x7ff;
/** The same on every processor. The call came with Linux 6.13. */
const listxattrat = 465;

function bind(): Calls {
  // The part of koffi that is used.
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const libc = koffi.load(null);
  const statx = libc.func('int statx(int folder, const void *name, int flags, unsigned int fields, void *result)');
  const list = libc.func(
    'int64_t syscall(int64_t n, int folder, const void *name, uint32_t flags, void *l, size_t size)',
  );
  const result = new BigUint64Array(32);
  const halves = new Uint32Array(result.buffer);
  return {
    stat: ({ folder, name }) =>
      statx(folder, textOf(name), noFollow, basicFields, result) === 0 ? new Statx(result, halves) : undefined,
    statInto: (look, { folder, name }) => statx(folder, textOf(name), noFollow, basicFields, look.words) === 0,
    countAttributes: (folder, name) => list(listxattrat, folder, textOf(name), noFollow, null, 0),
  };
}

/** As the calls take it: a text where that is the same as the bytes. */
function textOf(name: BytePath): string | Buffer {
  return /[\u0080-\u00ff]/.test(name) ? Buffer.from(`${name}\0`, 'latin1') : name;
}

const typeBits = 0o17_0000;

/** `struct statx`, in words of 8 bytes. Numbers where they do: every entry of the source gets one of these. */
class Statx implements EntryStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly #device: readonly [number, number] | undefined;

  constructor(result: BigUint64Array, halves: Uint32Array) {
    this.nlink = halves[4] ?? 0;
    this.uid = halves[5] ?? 0;
    this.gid = halves[6] ?? 0;
    this.mode = (halves[7] ?? 0) & 0xff_ff;
    this.ino = result[4] ?? 0n;
    this.size = result[5] ?? 0n;
    this.ctimeNs = timeOf(result, 12);
    this.mtimeNs = timeOf(result, 14);
    const [major, minor] = [halves[32] ?? 0, halves[33] ?? 0];
    this.#device = major === 0 && minor === 0 ? undefined : [major, minor];
    this.dev = deviceOf(halves[34] ?? 0, halves[35] ?? 0);
  }

  get rdev(): bigint {
    return this.#device === undefined ? 0n : deviceOf(...this.#device);
  }

  isFile(): boolean {
    return (this.mode & typeBits) === 0o10_0000;
  }

  isDirectory(): boolean {
    return (this.mode & typeBits) === 0o4_0000;
  }
}

/** What `statInto` has learned last; true until the next call. Numbers that no number can hold are NaN. */
export class EntryLook implements EntryFacts {
  /** `struct statx`. */
  readonly words: BigUint64Array = new BigUint64Array(32);
  readonly #halves = new Uint32Array(this.words.buffer);

  get isFile(): boolean {
    return (this.mode & typeBits) === 0o10_0000;
  }

  get isFolder(): boolean {
    return (this.mode & typeBits) === 0o4_0000;
  }

  get isLink(): boolean {
    return (this.mode & typeBits) === 0o12_0000;
  }

  get mode(): number {
    return this.#half(7) & 0xff_ff;
  }

  get links(): number {
    return this.#half(4);
  }

  get uid(): number {
    return this.#half(5);
  }

  get gid(): number {
    return this.#half(6);
  }

  get inode(): number {
    return this.#number(4);
  }

  get bytes(): number {
    return this.#number(5);
  }

  /** Seconds; nothing before 1970. */
  get ctime(): number {
    return this.#number(12);
  }

  get ctimeNanoseconds(): number {
    return this.#half(26);
  }

  get mtime(): number {
    return this.#number(14);
  }

  get mtimeNanoseconds(): number {
    return this.#half(30);
  }

  get device(): number {
    const [major, minor] = [this.#half(34), this.#half(35)];
    return major < 0x1000 && minor < 0x100 ? (major << 8) | minor : Number(this.dev);
  }

  get dev(): bigint {
    return deviceOf(this.#half(34), this.#half(35));
  }

  get ino(): bigint {
    return this.words[4] ?? 0n;
  }

  get size(): bigint {
    return this.words[5] ?? 0n;
  }

  #half(at: number): number {
    return this.#halves[at] ?? 0;
  }

  #number(word: number): number {
    const high = this.#half(2 * word + 1);
    return high < 2 ** 21 ? high * 2 ** 32 + this.#half(2 * word) : Number.NaN;
  }
}

/** Seconds, which may be negative, and nanoseconds. */
function timeOf(result: BigUint64Array, at: number): bigint {
  const seconds = BigInt.asIntN(64, result[at] ?? 0n);
  return seconds * 1_000_000_000n + ((result[at + 1] ?? 0n) & 0xff_ff_ff_ffn);
}

/** As the C library puts the two numbers of a device together. */
function deviceOf(major: number, minor: number): bigint {
  if (major < 0x1000 && minor < 0x100) return BigInt((major << 8) | minor);
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xff_ff_f0_00n) << 32n) | ((high & 0xf_ffn) << 8n) | ((low & 0xff_ff_ff_00n) << 12n) | (low & 0xffn);
}
