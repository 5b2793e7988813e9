import { faulty, sound, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';
import { endOf } from './tail.ts';

/** End of central directory: 22 bytes and a comment of up to 65,535 (APPNOTE 4.3.16). */
const endLength = 22;
const longestTail = endLength + 65_535;
const endMark = Buffer.from('PK\u0005\u0006', 'latin1');

/** Its list of files stands at the end: one that was cut off has none. The files in it are not unpacked. */
export const zip: ContentFormat = {
  name: 'zip',
  matches: (head) => ['PK\u0003\u0004', 'PK\u0005\u0006'].includes(head.toString('latin1', 0, 4)),
  check: checkZip,
};

async function checkZip(pieces: Pieces): Promise<ContentFinding> {
  let length = 0;
  const tail = await endOf(
    counted(pieces, (bytes) => (length += bytes)),
    longestTail,
  );
  for (let at = tail.lastIndexOf(endMark); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(endMark, at - 1))
    if (isEnd(tail.subarray(at), length - tail.length + at)) return sound;
  return faulty('its list of files, which stands at the end, is missing or was cut off');
}

/** The comment reaches to the end of the file, and the list of files lies before. */
function isEnd(end: Buffer, at: number): boolean {
  if (end.length < endLength || end.length !== endLength + end.readUInt16LE(20)) return false;
  const [size, offset] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  // All ones: the 64-bit record before it has the real numbers.
  return size === 0xffff_ffff || offset === 0xffff_ffff || offset + size <= at;
}

async function* counted(pieces: Pieces, count: (bytes: number) => void): Pieces & AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}
