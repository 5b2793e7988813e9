import { createCipheriv, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  masterKeyFromJson,
  masterKeyToJson,
  randomMasterKey,
  splitMasterKey,
} from '../../../src/vault/format/master-key.ts';
import { createSealer, sealOverhead } from '../../../src/vault/format/seal.ts';

describe('sealing', () => {
  const sealer = createSealer(randomMasterKey());

  test('what was sealed opens to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (plain) => {
        const sealed = sealer.seal(plain);
        expect(sealed).toHaveLength(plain.length + sealOverhead);
        expect(sealer.open(sealed)?.equals(plain)).toBe(true);
      }),
    );
  });

  test('the same bytes never look the same', () => {
    const plain = Buffer.alloc(100);
    expect(sealer.seal(plain).equals(sealer.seal(plain))).toBe(false);
  });

  test('no flipped bit and no cut goes unnoticed', () => {
    const sealed = sealer.seal(Buffer.from('some content'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(sealer.open(changed)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(sealer.open(sealed.subarray(0, length))).toBeUndefined();
  });

  test('another key does not open it', () => {
    expect(createSealer(randomMasterKey()).open(sealer.seal(Buffer.from('x')))).toBeUndefined();
  });

  test('is AES-256-CTR and Poly1305-AES, by an independent computation', () => {
    const key = splitMasterKey(randomBytes(64));
    const plain = randomBytes(1000);
    const sealed = createSealer(key).seal(plain);
    const [iv, cipher, mac] = [sealed.subarray(0, 16), sealed.subarray(16, -16), sealed.subarray(-16)];
    expect(createCipheriv('aes-256-ctr', key.encrypt, iv).update(plain).equals(cipher)).toBe(true);
    const pad = createCipheriv('aes-128-ecb', key.macK, null).update(iv);
    expect(poly1305(cipher, key.macR, pad).equals(mac)).toBe(true);
  });

  test('into a buffer that is reused, only what it needs is written', () => {
    const target = Buffer.alloc(200, 7);
    const sealed = sealer.sealInto(target, Buffer.from('abc'));
    expect(sealed).toHaveLength(3 + sealOverhead);
    expect(target.subarray(sealed.length).every((byte) => byte === 7)).toBe(true);
    expect(String(sealer.open(sealed))).toBe('abc');
  });
});

describe('master key', () => {
  test('goes through JSON', () => {
    const key = randomMasterKey();
    expect(masterKeyFromJson(Buffer.from(masterKeyToJson(key)))).toEqual(key);
  });

  test.each(['', '{}', 'null', '[]', '{"mac":{"k":"","r":""},"encrypt":""}', '{"mac":1,"encrypt":2}'])(
    '%j is none',
    (json) => {
      expect(masterKeyFromJson(Buffer.from(json))).toBeUndefined();
    },
  );
});

/** As its definition says, with big numbers. */
function poly1305(message: Buffer, rBytes: Buffer, pad: Buffer): Buffer {
  const r = little(rBytes) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.of(1)]);
    sum = ((sum + little(block)) * r) % (2n ** 130n - 5n);
  }
  const tag = BigInt.asUintN(128, sum + little(pad))
    .toString(16)
    .padStart(32, '0');
  return Buffer.from(Buffer.from(tag, 'hex').toReversed());
}

function little(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
}
