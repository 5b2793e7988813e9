import { createCipheriv, createSecretKey } from 'node:crypto';
import sodium from 'sodium-native';
import type { MasterKey } from './master-key.ts';
import { sealOverhead } from './seal.ts';
import { blocksIn, counterEnds, writeCounters } from './small-cipher.ts';

const [ivLength, macLength, blockLength] = [16, 16, 16];
/** Content that is opened at a time takes no more than this. */
const room = 2 ** 16;
const mostUnits = 1024;

/** Larger units cost more than what it saves to open them with others. */
export const smallUnitLength = 8192 + sealOverhead;

/**
 * Opens many small units with two calls of a cipher: a call for each of them, with what it leaves to the garbage
 * collector, is most of the work that a file of two kilobytes makes.
 */
export class SmallUnits {
  readonly #secret;
  readonly #cipher;
  readonly #macCipher;
  /** r, and the part that is of one unit. */
  readonly #macKey = Buffer.alloc(2 * ivLength);
  readonly #ivs = Buffer.from(new ArrayBuffer(mostUnits * ivLength));
  readonly #counters = new Uint32Array(room / 4);
  readonly #words = new Uint32Array(room / 4);
  readonly #plain = Buffer.from(this.#words.buffer);

  constructor(key: MasterKey) {
    this.#secret = createSecretKey(key.encrypt);
    this.#cipher = createCipheriv('aes-256-ecb', this.#secret, null).setAutoPadding(false);
    this.#macCipher = createCipheriv('aes-128-ecb', key.macK, null).setAutoPadding(false);
    this.#macKey.set(key.macR);
  }

  /** How many from the first on can be opened together; 0 when the first is too large. */
  fitting(units: readonly { readonly length: number }[], first: number): number {
    let [next, bytes] = [first, 0];
    for (; next < units.length && next - first < mostUnits; next += 1) {
      const length = units[next]?.length ?? 0;
      bytes += blockLength * blocksIn(length);
      if (length > smallUnitLength || bytes > room) break;
    }
    return next - first;
  }

  /** The content of each, valid until the next call; undefined where the bytes aren't what was sealed with this key. */
  open(units: readonly Buffer[]): readonly (Buffer | undefined)[] {
    const sound = this.#sound(units);
    const places = this.#decrypt(sound);
    return sound.map((unit, i) => unit && this.#contentOf(unit, places[i] ?? 0));
  }

  #sound(units: readonly Buffer[]): readonly (Buffer | undefined)[] {
    units.forEach((unit, i) => unit.copy(this.#ivs, i * ivLength, 0, ivLength));
    const pads = this.#macCipher.update(this.#ivs.subarray(0, units.length * ivLength));
    const sound = units.map((unit, i) => {
      if (unit.length < sealOverhead) return undefined;
      pads.copy(this.#macKey, ivLength, i * ivLength, (i + 1) * ivLength);
      const [content, mac] = [unit.subarray(ivLength, -macLength), unit.subarray(-macLength)];
      return sodium.crypto_onetimeauth_verify(mac, content, this.#macKey) ? unit : undefined;
    });
    giveBack(pads);
    return sound;
  }

  /** Where the content of each begins in `#plain`. */
  #decrypt(units: readonly (Buffer | undefined)[]): readonly number[] {
    let end = 0;
    const places = units.map((unit) => {
      const place = end;
      if (unit === undefined) return place;
      unit.copy(this.#plain, place, ivLength, unit.length - macLength);
      writeCounters(this.#counters.subarray(place / 4), blocksIn(unit.length - sealOverhead), unit);
      end += blockLength * blocksIn(unit.length - sealOverhead);
      return place;
    });
    this.#addStream(end);
    return places;
  }

  #addStream(length: number): void {
    if (length === 0) return;
    const stream = this.#cipher.update(Buffer.from(this.#counters.buffer, 0, length));
    const [words, key] = [this.#words, new Uint32Array(stream.buffer, stream.byteOffset, length / 4)];
    for (let i = 0; i < key.length; i += 1) words[i] = (words[i] ?? 0) ^ (key[i] ?? 0);
    giveBack(stream);
  }

  #contentOf(unit: Buffer, place: number): Buffer {
    const content = this.#plain.subarray(place, place + unit.length - sealOverhead);
    // The carry into the upper words comes once in millions of units.
    if (counterEnds(unit, blocksIn(content.length)))
      createCipheriv('aes-256-ctr', this.#secret, unit.subarray(0, ivLength))
        .update(unit.subarray(ivLength, -macLength))
        .copy(content);
    return content;
  }
}

/** What `update` returns is a buffer of its own, whatever its size. */
function giveBack(bytes: Buffer): void {
  if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
}
