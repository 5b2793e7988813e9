import type { EntryLook } from '../posix-at.ts';
import type { Id } from '../repository.ts';
import { jsonText } from '../tree/json-text.ts';
import { toGoMode } from '../tree/mode.ts';
import { formatTime } from '../tree/timestamp.ts';
import type { TreeText } from '../tree/tree-text.ts';
import type { Owners } from './owners.ts';

export interface SameFileOptions {
  readonly owners: Owners;
  /** True for a chunk that the vault has. */
  readonly isStored: (id: Id) => boolean;
}

/**
 * Says of files whether the parent snapshot's node, but for the list of chunks, is letter for letter what would be
 * written now. It makes no text for that: of the many files that nobody has touched nothing is left behind.
 */
export class SameFile {
  readonly #options: SameFileOptions;
  readonly #owners: { uid: number; gid: number; text: string } = { uid: -1, gid: -1, text: '' };
  /** Seconds, and how they are written in the local zone. */
  readonly #seconds = new Map<number, string>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(options: SameFileOptions) {
    this.#options = options;
  }

  /** True when the node is that of a regular file; its name is not looked at. */
  isFile(tree: TreeText, node: number): boolean {
    return this.#isType(tree, node, '","type":"file"');
  }

  /** As `isFile`, for a folder. */
  isFolder(tree: TreeText, node: number): boolean {
    return this.#isType(tree, node, '","type":"dir"');
  }

  #isType(tree: TreeText, node: number, type: string): boolean {
    this.#bytes = tree.bytes;
    this.#at = tree.endOfName(node);
    return this.#at !== -1 && this.#text(type);
  }

  /** For a regular file, after `isFile` with the same node. */
  is(tree: TreeText, node: number, look: EntryLook): boolean {
    return (
      this.#facts(look) &&
      this.#number(',"size":', look.bytes) &&
      this.#number(',"links":', look.links) &&
      this.#text(',"content":[') &&
      this.#content(tree.endOf(node))
    );
  }

  /** For a folder, after `isFolder` with the same node: true when all is the same but perhaps what is in it. */
  isButForContent(tree: TreeText, node: number, look: EntryLook): boolean {
    if (!this.#facts(look) || !this.#text(',"content":null,"subtree":"') || !this.#isId(this.#at)) return false;
    this.#at += lengthOfId;
    return this.#text('"}') && this.#at === tree.endOf(node);
  }

  /** In the order of `nodeJson`. */
  #facts(look: EntryLook): boolean {
    const { mtime, mtimeNanoseconds } = look;
    return (
      this.#number(',"mode":', toGoMode(look.mode)) &&
      this.#time(',"mtime":"', mtime, mtimeNanoseconds) &&
      this.#time(',"atime":"', mtime, mtimeNanoseconds) &&
      this.#time(',"ctime":"', look.ctime, look.ctimeNanoseconds) &&
      this.#text(this.#ownersOf(look.uid, look.gid)) &&
      this.#number(',"inode":', look.inode) &&
      this.#number(',"device_id":', look.device)
    );
  }

  /** Goes on behind it if it stands here. */
  #text(text: string, from = 0, to = text.length): boolean {
    const shift = this.#at - from;
    for (let i = from; i < to; i += 1) if (this.#bytes[shift + i] !== text.charCodeAt(i)) return false;
    this.#at = shift + to;
    return true;
  }

  /** Left out when it is 0. */
  #number(label: string, value: number): boolean {
    return value === 0 || (this.#text(label) && this.#digits() === value);
  }

  /** NaN unless it is written without leading zeros, and exact. */
  #digits(): number {
    const first = this.#digit();
    let value = first > 0 ? first : Number.NaN;
    for (let digit = this.#digit(); digit >= 0; digit = this.#digit()) value = value * 10 + digit;
    return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
  }

  /** Goes on behind it if it is one; else -1. */
  #digit(): number {
    const digit = (this.#bytes[this.#at] ?? 0) - zero;
    if (digit < 0 || digit > 9) return -1;
    this.#at += 1;
    return digit;
  }

  #time(label: string, seconds: number, nanoseconds: number): boolean {
    if (!(seconds <= latest)) return false;
    const text = this.#secondsText(seconds);
    // The fraction stands between the seconds and the zone.
    return (
      this.#text(label) &&
      this.#text(text, 0, lengthOfSeconds) &&
      this.#fraction(nanoseconds) &&
      this.#text(text, lengthOfSeconds)
    );
  }

  #secondsText(seconds: number): string {
    const known = this.#seconds.get(seconds);
    if (known !== undefined) return known;
    const text = `${formatTime(BigInt(seconds) * 1_000_000_000n)}"`;
    if (this.#seconds.size >= mostSeconds) this.#seconds.clear();
    this.#seconds.set(seconds, text);
    return text;
  }

  /** Without zeros at its end. */
  #fraction(nanoseconds: number): boolean {
    if (nanoseconds === 0) return true;
    if (!this.#text('.')) return false;
    let rest = nanoseconds;
    for (let unit = 100_000_000; rest > 0; unit /= 10) {
      const digit = Math.floor(rest / unit);
      if (this.#digit() !== digit) return false;
      rest -= digit * unit;
    }
    return true;
  }

  #ownersOf(uid: number, gid: number): string {
    const known = this.#owners;
    if (known.uid === uid && known.gid === gid) return known.text;
    const { owners } = this.#options;
    const [user, group] = [owners.user(uid), owners.group(gid)].map((name) => Buffer.from(jsonText(name)));
    const text = `,"uid":${uid},"gid":${gid}${named('user', user)}${named('group', group)}`;
    Object.assign(known, { uid, gid, text });
    return text;
  }

  /** A list of chunks that the vault has, to the end of the node. */
  #content(end: number): boolean {
    if (this.#bytes[this.#at] === closing) return this.#text(']}') && this.#at === end;
    for (;;) {
      const from = this.#at + 1;
      if (!this.#text('"') || !this.#isId(from)) return false;
      if (!this.#options.isStored(this.#bytes.toString('latin1', from, from + lengthOfId))) return false;
      this.#at = from + lengthOfId;
      if (this.#text('"]}')) return this.#at === end;
      if (!this.#text('",')) return false;
    }
  }

  #isId(from: number): boolean {
    for (let at = from; at < from + lengthOfId; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (!(byte >= zero && byte <= nine) && !(byte >= letterA && byte <= letterF)) return false;
    }
    return true;
  }
}

const [zero, nine, letterA, letterF, closing] = [0x30, 0x39, 0x61, 0x66, 0x5d];
const lengthOfId = 64;
/** `2026-07-17T12:00:00`. */
const lengthOfSeconds = 19;
/** The end of the year 9999. */
const latest = 253_402_300_799;
const mostSeconds = 4096;

/** Each byte one character, as the comparison takes them. */
function named(label: string, name: Buffer | undefined): string {
  // An empty name is two quotes.
  return name === undefined || name.length === 2 ? '' : `,"${label}":${name.toString('latin1')}`;
}
