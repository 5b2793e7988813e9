/**
 * The content of a body in chunks (RFC 9112, section 7.1), when all of it is there; undefined before. Throws an `Error` when it
 * is no such body.
 */
export function dechunked(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end === -1) return undefined;
    const length = lengthIn(bytes.toString('latin1', at, end));
    // What follows the last chunk says nothing of the content.
    if (length === 0) return bytes.indexOf('\r\n\r\n', end) === -1 ? undefined : Buffer.concat(chunks);
    at = end + 2 + length + 2;
    if (bytes.length < at) return undefined;
    chunks.push(bytes.subarray(end + 2, at - 2));
  }
}

function lengthIn(line: string): number {
  const [, digits] = /^([\da-f]{1,8})(?:[ \t]*;.*)?$/i.exec(line) ?? [];
  if (digits === undefined) throw new Error('the server sent a body that is not in chunks as it said');
  return Number.parseInt(digits, 16);
}
