import type { Pieces } from './finding.ts';

/** The last bytes of a stream, without holding the rest. */
export async function endOf(pieces: Pieces, length: number): Promise<Buffer> {
  let tail = Buffer.alloc(0);
  for await (const piece of pieces) {
    const kept = Math.max(0, length - piece.length);
    const before = kept === 0 ? Buffer.alloc(0) : tail.subarray(Math.max(0, tail.length - kept));
    tail = Buffer.concat([before, piece.subarray(Math.max(0, piece.length - length))]);
  }
  return tail;
}
