/**
 * Gives the memory of a finished buffer back at once, instead of when the garbage collector next looks outside its
 * heap: halves the peak of a backup. The bytes are gone afterwards. Buffers that share Node's pool are left alone.
 */
export function release(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}
