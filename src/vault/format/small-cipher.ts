import { createCipheriv } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Up to here the way of this file is the cheaper one. */
export const smallLength = 8192;

const blockLength = 16;

/** Encrypts `plain` into `target`, which is as long and may be the same memory. */
export type SmallCipher = (iv: Buffer, plain: Uint8Array, target: Uint8Array) => void;

/**
 * AES-256-CTR from one cipher that lives as long as the key: it encrypts the counters, and their encryption is added
 * to the text. A cipher of its own for each unit, as larger ones get, leaves an object behind that the garbage
 * collector notices late: with many small files that is most of the memory.
 */
export function createSmallCipher(key: KeyObject): SmallCipher {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const counters = Buffer.from(new ArrayBuffer(smallLength));
  const words = new Uint32Array(counters.buffer);
  return (iv, plain, target) => {
    const blocks = blocksIn(plain.length);
    // The carry into the upper words comes once in millions of units.
    if (counterEnds(iv, blocks)) return target.set(createCipheriv('aes-256-ctr', key, iv).update(plain));
    writeCounters(words, blocks, iv);
    const stream = cipher.update(counters.subarray(0, blocks * blockLength));
    add(plain, stream, target);
    // It is a buffer of its own, whatever its size.
    if (stream.buffer instanceof ArrayBuffer) stream.buffer.transfer(0);
  };
}

export function blocksIn(length: number): number {
  return Math.ceil(length / blockLength);
}

/** True when the last word of the IV is not enough to count the blocks: then `writeCounters` is wrong. */
export function counterEnds(iv: Buffer, blocks: number): boolean {
  return iv.readUInt32BE(12) + blocks > 0xff_ff_ff_ff;
}

/** The IV, then one more for each block. The processor's order is that of the bytes turned round. */
export function writeCounters(words: Uint32Array, blocks: number, iv: Buffer): void {
  const [a, b, c] = [iv.readUInt32LE(0), iv.readUInt32LE(4), iv.readUInt32LE(8)];
  let counter = iv.readUInt32BE(12);
  for (let at = 0; at < 4 * blocks; at += 4, counter += 1) {
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = (counter >>> 24) | ((counter >>> 8) & 0xff00) | ((counter & 0xff00) << 8) | (counter << 24);
  }
}

/** Four bytes at a time where they lie at whole words, as in the memory that is used again and again. */
function add(plain: Uint8Array, stream: Uint8Array, target: Uint8Array): void {
  const aligned = ((plain.byteOffset | target.byteOffset | stream.byteOffset) & 3) === 0;
  const count = aligned ? plain.length >>> 2 : 0;
  const [from, key, to] = [wordsOf(plain, count), wordsOf(stream, count), wordsOf(target, count)];
  for (let i = 0; i < count; i += 1) to[i] = (from[i] ?? 0) ^ (key[i] ?? 0);
  for (let i = 4 * count; i < plain.length; i += 1) target[i] = (plain[i] ?? 0) ^ (stream[i] ?? 0);
}

function wordsOf(bytes: Uint8Array, count: number): Uint32Array {
  return count === 0 ? none : new Uint32Array(bytes.buffer, bytes.byteOffset, count);
}

const none = new Uint32Array(0);
