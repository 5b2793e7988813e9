import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSmallCipher, smallLength } from '../../../src/vault/format/small-cipher.ts';

const key = createSecretKey(randomBytes(32));
const encrypt = createSmallCipher(key);
const edge = fc.constantFrom('00000000', 'ffffffff', 'fffffffe', 'fffffff0', '7fffffff');

test('is AES-256-CTR at every length, place in memory, and end of the counter', () => {
  const iv = fc.tuple(edge, edge, edge, edge).map((parts) => Buffer.from(parts.join(''), 'hex'));
  const length = fc.oneof(fc.nat(80), fc.nat(smallLength), fc.constant(smallLength));
  fc.assert(
    fc.property(iv, length, fc.nat(8), (iv, length, shift) => {
      const memory = Buffer.from(new ArrayBuffer(length + 8)).subarray(shift % 5, (shift % 5) + length);
      const plain = randomBytes(length);
      plain.copy(memory);
      encrypt(iv, memory, memory);
      expect(memory.equals(createCipheriv('aes-256-ctr', key, iv).update(plain))).toBe(true);
    }),
  );
});
