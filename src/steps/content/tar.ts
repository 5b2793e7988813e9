import { faulty, sound, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';

const block = 512;
/** Extended headers of pax are read up to this length; no real one is longer. */
const longestExtension = 2 ** 20;

/** Every header has its checksum, every entry all its bytes, and the end is marked. The entries' bytes have no checksum. */
export const tar: ContentFormat = {
  name: 'tar',
  matches: (head) => /^ustar[\0 ]$/.test(head.toString('latin1', 257, 263)),
  check: checkTar,
};

async function checkTar(pieces: Pieces): Promise<ContentFinding> {
  const reader = new TarReader();
  for await (const piece of pieces) {
    const fault = reader.take(piece);
    if (fault !== undefined) return faulty(fault);
  }
  const fault = reader.end();
  return fault === undefined ? sound : faulty(fault);
}

/** Takes an archive in pieces of any length. */
class TarReader {
  #header = Buffer.alloc(block);
  #filled = 0;
  /** Bytes of the entry that are still to come, with what fills its last block. */
  #left = 0;
  #extension: Buffer[] | undefined;
  #sizeOfNext: number | undefined;
  #sparse = false;
  #entries = 0;
  #ended = false;

  /** Returns the first fault. */
  take(piece: Uint8Array): string | undefined {
    for (let at = 0; at < piece.length && !this.#ended;) {
      const rest = piece.subarray(at);
      const taken = this.#left > 0 && !this.#sparse ? this.#takeContent(rest) : this.#fill(rest);
      at += taken;
      if (this.#filled < block) continue;
      this.#filled = 0;
      const fault = this.#sparse ? this.#takeSparseMap() : this.#takeHeader();
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  end(): string | undefined {
    if (this.#ended) return undefined;
    if (this.#left > 0 || this.#filled > 0) return `it ends within entry ${this.#entries}`;
    return `it ends after entry ${this.#entries} without the mark of its end: it was cut off`;
  }

  #fill(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, block - this.#filled);
    this.#header.set(bytes.subarray(0, taken), this.#filled);
    this.#filled += taken;
    return taken;
  }

  #takeContent(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#left);
    this.#extension?.push(Buffer.from(bytes.subarray(0, taken)));
    this.#left -= taken;
    if (this.#left === 0 && this.#extension) {
      this.#sizeOfNext = sizeIn(Buffer.concat(this.#extension)) ?? this.#sizeOfNext;
      this.#extension = undefined;
    }
    return taken;
  }

  #takeHeader(): string | undefined {
    const header = this.#header;
    if (header.every((byte) => byte === 0)) {
      this.#ended = true;
      return undefined;
    }
    this.#entries += 1;
    if (!hasChecksum(header)) return `the header of entry ${this.#entries} does not fit its checksum`;
    const type = String.fromCharCode(header[156] ?? 0);
    const own = hasNoContent(type) ? 0 : numberAt(header, 124, 12);
    const isExtension = 'xgLK'.includes(type);
    const size = isExtension ? own : (this.#sizeOfNext ?? own);
    if (!isExtension) this.#sizeOfNext = undefined;
    if (size === undefined) return `the size of entry ${this.#entries} is no number`;
    this.#left = Math.ceil(size / block) * block;
    this.#extension = type === 'x' && size > 0 && size <= longestExtension ? [] : undefined;
    // Old sparse files of GNU tar: more of their map follows the header.
    this.#sparse = type === 'S' && header[482] !== 0;
    return undefined;
  }

  /** `#left` of the sparse entry itself waits until its map is over. */
  #takeSparseMap(): undefined {
    this.#sparse = this.#header[504] !== 0;
  }
}

/** Links, devices, folders and FIFOs have none, whatever their size says. */
function hasNoContent(type: string): boolean {
  return '123456'.includes(type);
}

/** The sum of all bytes of the header, its own field counted as spaces. Old programs summed signed bytes. */
function hasChecksum(header: Buffer): boolean {
  const expected = numberAt(header, 148, 8);
  let [sum, signed] = [0, 0];
  for (let i = 0; i < block; i += 1) {
    const byte = i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === sum || expected === signed;
}

/** Octal digits, or with the first bit set a binary number. */
function numberAt(header: Buffer, at: number, length: number): number | undefined {
  const first = header[at] ?? 0;
  if (first === 0x80)
    return Number(header.subarray(at + 1, at + length).reduce((n, byte) => n * 256n + BigInt(byte), 0n));
  const text = header
    .toString('latin1', at, at + length)
    .replaceAll('\0', ' ')
    .trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : undefined;
}

/** `size` in the records `LENGTH KEY=VALUE\n` of an extended header: it replaces the size of the next entry. */
function sizeIn(records: Buffer): number | undefined {
  const found = /(?:^|\n)\d+ size=(\d+)\n/.exec(records.toString('latin1'));
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
