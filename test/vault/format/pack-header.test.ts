import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PackedBlob } from '../../../src/vault/format/pack-header.ts';
import { decodePackHeader, encodePackHeader, headerLengthSize } from '../../../src/vault/format/pack-header.ts';
import { sealOverhead } from '../../../src/vault/format/seal.ts';

const blob = fc.record({
  type: fc.constantFrom('data' as const, 'tree' as const),
  id: fc.nat().map((n) => createHash('sha256').update(String(n)).digest('hex')),
  length: fc.integer({ min: sealOverhead, max: 2 ** 24 }),
  uncompressedLength: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
});

const blobs = fc.array(blob, { maxLength: 20 }).map((list): PackedBlob[] => {
  let offset = 0;
  return list.map((one) => {
    const placed = { ...one, offset };
    offset += one.length;
    return placed;
  });
});

function sizeOf(list: readonly PackedBlob[], header: Buffer): number {
  return list.reduce((sum, one) => sum + one.length, 0) + header.length + sealOverhead + headerLengthSize;
}

test('a header says again what was packed', () => {
  fc.assert(
    fc.property(blobs, (list) => {
      const header = encodePackHeader(list);
      expect(decodePackHeader(header, sizeOf(list, header))).toEqual(list);
    }),
  );
});

test('a header that does not fill its pack, is cut, or is garbage is refused', () => {
  fc.assert(
    fc.property(
      blobs,
      fc.integer({ min: 1, max: 60 }),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      (list, cut, junk) => {
        const header = encodePackHeader(list);
        const size = sizeOf(list, header);
        expect(decodePackHeader(header, size + cut)).toBeUndefined();
        expect(decodePackHeader(header, size - cut)).toBeUndefined();
        expect(decodePackHeader(header.subarray(0, Math.max(header.length - cut, 0)), size - 1)).toBeUndefined();
        expect(decodePackHeader(Buffer.from(junk), size)).toBeUndefined();
      },
    ),
  );
});

test('the bytes are those of the format', () => {
  const id = 'ab'.repeat(32);
  const list = [
    { type: 'data', id, offset: 0, length: 100, uncompressedLength: undefined },
    { type: 'tree', id, offset: 100, length: 258, uncompressedLength: 1000 },
  ] as const;
  expect(encodePackHeader(list).toString('hex')).toBe(`0064000000${id}0302010000e8030000${id}`);
});
