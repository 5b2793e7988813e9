import { expect, test } from 'vitest';
import { decodeIndex, encodeIndex } from '../../../src/vault/format/index-file.ts';

const [a, b, pack] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];

const packs = [
  {
    id: pack,
    blobs: [
      { type: 'data', id: a, offset: 0, length: 50, uncompressedLength: 90 },
      { type: 'tree', id: b, offset: 50, length: 40, uncompressedLength: undefined },
    ],
  },
] as const;

test('an index says again what it lists', () => {
  expect(decodeIndex(encodeIndex(packs))).toEqual(packs);
});

test('is the JSON of the format', () => {
  const first = { id: a, type: 'data', offset: 0, length: 50, uncompressed_length: 90 };
  const second = { id: b, type: 'tree', offset: 50, length: 40 };
  expect(JSON.parse(String(encodeIndex(packs)))).toEqual({ packs: [{ id: pack, blobs: [first, second] }] });
});

test('blobs come in the order of the pack; `supersedes` and an empty index are fine', () => {
  const blobs = [
    { id: b, type: 'tree', offset: 50, length: 40 },
    { id: a, type: 'data', offset: 0, length: 50, uncompressed_length: 90 },
  ];
  expect(decode({ supersedes: [a], packs: [{ id: pack, blobs }] })).toEqual(packs);
  expect(decode({ packs: [] })).toEqual([]);
  expect(decode({ packs: null })).toEqual([]);
});

const good = { id: a, type: 'data', offset: 0, length: 50 };

test.each<[string, unknown]>([
  ['no object', []],
  ['packs that are no list', { packs: {} }],
  ['a pack that is none', { packs: [null] }],
  ['a pack without an id', { packs: [{ blobs: [] }] }],
  ['a pack whose id is a path', { packs: [{ id: '../../etc/passwd', blobs: [] }] }],
  ['a pack without blobs', { packs: [{ id: pack }] }],
  ['an id in capitals', { packs: [{ id: pack, blobs: [{ ...good, id: 'A'.repeat(64) }] }] }],
  ['an unknown type', { packs: [{ id: pack, blobs: [{ ...good, type: 'snapshot' }] }] }],
  ['a negative offset', { packs: [{ id: pack, blobs: [{ ...good, offset: -1 }] }] }],
  ['a fraction', { packs: [{ id: pack, blobs: [{ ...good, offset: 0.5 }] }] }],
  ['an offset beyond 32 bits', { packs: [{ id: pack, blobs: [{ ...good, offset: 2 ** 32 }] }] }],
  ['a length below the overhead', { packs: [{ id: pack, blobs: [{ ...good, length: 31 }] }] }],
  ['a length that fills the memory', { packs: [{ id: pack, blobs: [{ ...good, length: 2 ** 31 }] }] }],
  ['a plain length that fills it', { packs: [{ id: pack, blobs: [{ ...good, uncompressed_length: 2 ** 31 }] }] }],
  ['a length as text', { packs: [{ id: pack, blobs: [{ ...good, length: '50' }] }] }],
])('%s is no index', (_, value) => {
  expect(decode(value)).toBeUndefined();
});

test('neither is what is no JSON, or no UTF-8', () => {
  expect(decodeIndex(Buffer.from('{"packs":['))).toBeUndefined();
  expect(decodeIndex(Buffer.from([0xff, 0xfe]))).toBeUndefined();
});

function decode(value: unknown): unknown {
  return decodeIndex(Buffer.from(JSON.stringify(value)));
}
