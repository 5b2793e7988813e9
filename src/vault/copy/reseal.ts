import { hash } from 'node:crypto';
import { createDecompressor } from '../format/decompressor.ts';
import type { MasterKey } from '../format/master-key.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import { sealOverhead } from '../format/seal.ts';
import type { StoredBlob } from '../pack/blob-opener.ts';

/** Longer ones are left to whoever reads them one by one. */
const usualLength = 2 ** 24;

export function sameKey(one: MasterKey, other: MasterKey): boolean {
  return one.encrypt.equals(other.encrypt) && one.macK.equals(other.macK) && one.macR.equals(other.macR);
}

/** Makes blobs of one repository into those of another. They stay compressed as they are. */
export class BlobResealer {
  readonly #from: Sealer;
  /** Undefined: both have the same key. */
  readonly #to: Sealer | undefined;
  readonly #decompressor = createDecompressor();
  #plain: Buffer = Buffer.alloc(0);
  #sealed: Buffer = Buffer.alloc(0);

  constructor(from: Sealer, to: Sealer) {
    this.#from = from;
    this.#to = sameKey(from.key, to.key) ? undefined : to;
  }

  /** Valid until the next call. Undefined unless the blob is what its id says: damage is never passed on. */
  reseal(blob: StoredBlob, sealed: Buffer): Buffer | undefined {
    if (sealed.length !== blob.length || (blob.uncompressedLength ?? 0) > usualLength) return undefined;
    const opened = this.#from.open(sealed);
    if (opened === undefined) return undefined;
    const result = this.#isSound(blob, opened) ? this.#seal(opened, sealed) : undefined;
    release(opened);
    return result;
  }

  #isSound({ id, uncompressedLength }: StoredBlob, opened: Buffer): boolean {
    if (uncompressedLength === undefined) return hash('sha256', opened) === id;
    this.#plain = roomOf(this.#plain, uncompressedLength + 1);
    if (!this.#decompressor.decompressInto(this.#plain, opened, uncompressedLength)) return false;
    return hash('sha256', this.#plain.subarray(0, uncompressedLength)) === id;
  }

  #seal(opened: Buffer, sealed: Buffer): Buffer {
    if (this.#to === undefined) return sealed;
    this.#sealed = roomOf(this.#sealed, opened.length + sealOverhead);
    return this.#to.sealInto(this.#sealed, opened);
  }
}

function roomOf(room: Buffer, length: number): Buffer {
  if (room.length >= length) return room;
  release(room);
  return Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
}
