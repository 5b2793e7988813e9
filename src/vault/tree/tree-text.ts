import type { BytePath } from '../../base/capture.ts';
import { unquoteName } from './quote.ts';

const head = Buffer.from('{"nodes":[');
const tail = Buffer.from(']}\n');
const border = Buffer.from('},{"name":');
const start = '{"name":"';

/**
 * A tree object as it is stored, for those who look at its nodes in order and take few of them apart. A quote within a
 * text has a backslash before it, so what looks like the border of two nodes is one; but for the lists of extended
 * attributes, so that trees with such are not of this class.
 */
export class TreeText {
  readonly bytes: Buffer;
  readonly #starts: readonly number[];
  #next = 0;

  /** Undefined when it is written in another way than that of restic and muster. */
  static of(bytes: Buffer): TreeText | undefined {
    if (!begins(bytes, head) || !bytes.subarray(-tail.length).equals(tail)) return undefined;
    if (bytes.includes('"extended_attributes":')) return undefined;
    const isEmpty = bytes.length === head.length + tail.length;
    if (!isEmpty && !bytes.subarray(head.length).toString('latin1', 0, start.length).startsWith(start))
      return undefined;
    return new TreeText(bytes, isEmpty ? [] : startsIn(bytes));
  }

  private constructor(bytes: Buffer, starts: readonly number[]) {
    this.bytes = bytes;
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Of its first byte. */
  startOf(node: number): number {
    return this.#starts[node] ?? this.bytes.length;
  }

  /** Behind its last byte. */
  endOf(node: number): number {
    return (this.#starts[node + 1] ?? this.bytes.length - tail.length + 1) - 1;
  }

  /** Its JSON. */
  textOf(node: number): string {
    return this.bytes.toString('utf8', this.startOf(node), this.endOf(node));
  }

  /** Where its name ends: at the quote. -1: it is no node of the usual form. */
  endOfName(node: number): number {
    for (let at = this.startOf(node) + start.length; at < this.endOf(node); at += 1) {
      if (this.bytes[at] === backslash) at += 1;
      else if (this.bytes[at] === quote) return at;
    }
    return -1;
  }

  /** The number of the node of that name; -1 when there is none. Names must be asked for in byte order. */
  find(name: BytePath): number {
    for (; this.#next < this.count; this.#next += 1) {
      if (this.#isNamed(this.#next, name)) return this.#next;
      const there = this.nameOf(this.#next);
      if (there === name) return this.#next;
      if (there !== undefined && there > name) return -1;
    }
    return -1;
  }

  /** False also where the name is written with a backslash. */
  #isNamed(node: number, name: BytePath): boolean {
    const from = this.startOf(node) + start.length;
    if (this.bytes[from + name.length] !== quote) return false;
    for (let i = 0; i < name.length; i += 1) {
      const byte = name.charCodeAt(i);
      if (this.bytes[from + i] !== byte || byte === quote || byte === backslash || byte >= 0x80) return false;
    }
    return true;
  }

  /** Undefined when it is not written as it should be. */
  nameOf(node: number): BytePath | undefined {
    const text = this.bytes.toString('utf8', this.startOf(node) + start.length - 1, this.endOfName(node) + 1);
    try {
      return unquoteName(JSON.parse(text) as string);
    } catch {
      return undefined;
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;

function begins(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}

function startsIn(bytes: Buffer): readonly number[] {
  const starts = [head.length];
  for (let at = bytes.indexOf(border); at !== -1; at = bytes.indexOf(border, at + border.length)) starts.push(at + 2);
  return starts;
}
