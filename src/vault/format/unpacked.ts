import { release } from './release.ts';
import type { Sealer } from './seal.ts';
import { compress, decompress } from './zstd.ts';

/** First byte of a compressed JSON object; without it the JSON stands there itself, and starts with `{` or `[`. */
const compressedMark = 2;

/** Objects that stand alone (index, snapshots, locks): byte 2 ‖ zstd(JSON), sealed. */
export function sealUnpacked(sealer: Sealer, json: Uint8Array): Buffer {
  return sealer.seal(Buffer.concat([Buffer.of(compressedMark), compress(json)]));
}

/** The JSON's bytes; undefined when they aren't what was sealed, or more than `limit`. */
export function openUnpacked(sealer: Sealer, sealed: Uint8Array, limit: number): Buffer | undefined {
  const plain = sealer.open(sealed);
  if (plain?.[0] !== compressedMark) return plain?.[0] === 0x7b || plain?.[0] === 0x5b ? plain : undefined;
  const json = decompress(plain.subarray(1), limit);
  release(plain);
  return json;
}
