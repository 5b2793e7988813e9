import { degreeOf, remainder } from '../format/polynomial.ts';

/** Bytes that a fingerprint covers. */
const windowLength = 64;

/** For each value of a byte, what the WebAssembly module looks up. */
export interface RabinTables {
  /** The fingerprint of the byte followed by 63 zeros: adding it takes the byte out of the window. */
  readonly out: BigUint64Array;
  /** Of the 8 bits above the degree: the bits themselves, to clear them, plus their remainder. */
  readonly mod: BigUint64Array;
}

let last: { readonly polynomial: bigint; readonly tables: RabinTables } | undefined;

/** Those of the polynomial that was asked for last are kept. */
export function rabinTables(polynomial: bigint): RabinTables {
  if (last?.polynomial !== polynomial) last = { polynomial, tables: computeTables(polynomial) };
  return last.tables;
}

/** Both are linear: the entry of a byte is the sum of those of its bits, so only eight are computed at length. */
function computeTables(polynomial: bigint): RabinTables {
  const degree = BigInt(degreeOf(polynomial));
  return {
    out: fromBits((bit) => shiftedOut(1n << bit, polynomial)),
    mod: fromBits((bit) => (1n << (bit + degree)) ^ remainder(1n << (bit + degree), polynomial)),
  };
}

function shiftedOut(byte: bigint, polynomial: bigint): bigint {
  let digest = byte;
  for (let i = 0; i < windowLength - 1; i += 1) digest = remainder(digest << 8n, polynomial);
  return digest;
}

function fromBits(entryOfBit: (bit: bigint) => bigint): BigUint64Array {
  const bits = Array.from({ length: 8 }, (_, bit) => entryOfBit(BigInt(bit)));
  return BigUint64Array.from({ length: 256 }, (_, byte) =>
    bits.reduce((sum, entry, bit) => ((byte >> bit) & 1 ? sum ^ entry : sum), 0n),
  );
}
