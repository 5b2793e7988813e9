const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** Castagnoli's (RFC 4960, appendix B), big-endian, in base64: as Cloud Storage writes it. */
export function crc32c(bytes: Uint8Array): string {
  let value = 0xffffffff;
  // An iterator would take ten times as long.
  for (let i = 0; i < bytes.length; i += 1) value = (table[(value ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return checksum.toString('base64');
}
