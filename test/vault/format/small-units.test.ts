import { createCipheriv, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import sodium from 'sodium-native';
import { expect, test } from 'vitest';
import { randomMasterKey } from '../../../src/vault/format/master-key.ts';
import { createSealer } from '../../../src/vault/format/seal.ts';
import { SmallUnits, smallUnitLength } from '../../../src/vault/format/small-units.ts';

const key = randomMasterKey();
const sealer = createSealer(key);
const small = new SmallUnits(key);

test('units open together to what each was, whatever their neighbours are', () => {
  const length = fc.oneof(fc.nat(40), fc.nat(8192), fc.constant(8192));
  const damage = fc.constantFrom('none', 'none', 'none', 'changed', 'cut', 'nothing left');
  fc.assert(
    fc.property(fc.array(fc.tuple(length, damage), { minLength: 1, maxLength: 40 }), (units) => {
      const plain = units.map(([bytes]) => randomBytes(bytes));
      const sealed = plain.map((bytes, i) => damaged(sealer.seal(bytes), units[i]?.[1] ?? 'none'));
      const count = small.fitting(sealed, 0);
      const opened = small.open(sealed.slice(0, count)).map((bytes) => bytes?.toString('hex'));
      const expected = plain.map((bytes, i) => (units[i]?.[1] === 'none' ? bytes.toString('hex') : undefined));
      expect(count).toBeGreaterThan(0);
      expect(opened).toStrictEqual(expected.slice(0, count));
    }),
  );
});

function damaged(sealed: Buffer, how: string): Buffer {
  if (how === 'none') return sealed;
  if (how === 'nothing left') return Buffer.alloc(0);
  const bytes = Buffer.from(sealed);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  return how === 'cut' ? sealed.subarray(0, -1) : bytes;
}

test('a counter that ends in the middle of a unit is carried on', () => {
  const iv = Buffer.from('00112233445566778899aabbffffffff', 'hex');
  const plain = randomBytes(100);
  const cipher = createCipheriv('aes-256-ctr', key.encrypt, iv).update(plain);
  const sealed = Buffer.concat([iv, cipher, macOf(iv, cipher)]);
  expect(sealer.open(sealed)?.equals(plain)).toBe(true);
  expect(small.open([sealer.seal(plain), sealed])[1]?.equals(plain)).toBe(true);
});

/** By the way of the sealer, whose IVs can't be chosen: the MAC key of an IV does not depend on the content. */
function macOf(iv: Buffer, cipher: Buffer): Buffer {
  const macKey = Buffer.concat([key.macR, createCipheriv('aes-128-ecb', key.macK, null).update(iv)]);
  const mac = Buffer.alloc(16);
  sodium.crypto_onetimeauth(mac, cipher, macKey);
  return mac;
}

test('no more than fit are taken, and none that is large', () => {
  const unit = { length: smallUnitLength };
  const fits = small.fitting(
    Array.from({ length: 20 }, () => unit),
    0,
  );
  expect(fits).toBeGreaterThan(1);
  expect(fits).toBeLessThan(20);
  expect(small.fitting([unit, { length: smallUnitLength + 1 }], 0)).toBe(1);
  expect(small.fitting([unit, { length: smallUnitLength + 1 }], 1)).toBe(0);
});
