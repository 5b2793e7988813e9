import { writeSync } from 'node:fs';

/** Zeros in pieces of this size, from its multiples on, are left out and become holes. */
const holeSize = 16 * 1024;
const zeros = Buffer.alloc(holeSize);

/** Writes at an offset of a file that is empty there. Who ends with zeros must set the length of the file. */
export function writeSparse(fd: number, bytes: Buffer, at: number): void {
  let from = 0;
  let to = Math.min(bytes.length, holeSize - (at % holeSize));
  for (let piece = 0; piece < bytes.length; piece = to, to = Math.min(bytes.length, to + holeSize)) {
    if (!isHole(bytes, piece, to)) continue;
    writeAll(fd, bytes.subarray(from, piece), at + from);
    from = to;
  }
  writeAll(fd, bytes.subarray(from), at + from);
}

function isHole(bytes: Buffer, from: number, to: number): boolean {
  return to - from === holeSize && bytes[from] === 0 && bytes.compare(zeros, 0, holeSize, from, to) === 0;
}

function writeAll(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}
