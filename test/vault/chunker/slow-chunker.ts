import { remainder } from '../../../src/vault/format/polynomial.ts';

/** The parameters of the format, written down again. */
const [windowLength, minimum, maximum, mask] = [64, 512 * 1024, 8 * 1024 * 1024, (1 << 20) - 1];

/** The lengths of the chunks, as the definition says and without regard to speed. */
export function slowChunkLengths(bytes: Uint8Array, polynomial: bigint): number[] {
  const low = lowFingerprints(bytes, polynomial);
  const lengths: number[] = [];
  for (let start = 0; start < bytes.length; start += lengths.at(-1) ?? 0) lengths.push(chunkAt(start, low));
  return lengths;
}

function chunkAt(start: number, low: Uint32Array): number {
  const end = Math.min(start + maximum, low.length);
  for (let at = start + minimum - 1; at < end; at += 1) if (((low[at] ?? 0) & mask) === 0) return at - start + 1;
  return end - start;
}

/**
 * The low 32 bits of the fingerprint of the 64 bytes that end at each place: the sum of each byte times x^(8 · its
 * distance from the end), modulo the polynomial.
 */
function lowFingerprints(bytes: Uint8Array, polynomial: bigint): Uint32Array {
  const weights = Array.from({ length: windowLength }, (_, distance) =>
    Uint32Array.from({ length: 256 }, (_, byte) =>
      Number(BigInt.asUintN(32, remainder(BigInt(byte) << BigInt(8 * distance), polynomial))),
    ),
  );
  const low = new Uint32Array(bytes.length);
  for (let distance = 0; distance < windowLength; distance += 1) {
    const weight = weights[distance] ?? new Uint32Array();
    for (let at = distance; at < bytes.length; at += 1)
      low[at] = (low[at] ?? 0) ^ (weight[bytes[at - distance] ?? 0] ?? 0);
  }
  return low;
}
