import { randomBytes } from 'node:crypto';
import { assertEqual } from '../assert.ts';
import type { CheckCase } from '../case.ts';

const size = 10_000;

export const ranges: readonly CheckCase[] = [
  range('at the start', 0, 100),
  range('in the middle', 4567, 1000),
  range('up to the last byte', size - 10, 10),
  range('of the whole', 0, size),
  range('over the end yields what is there', size - 10, 100),
  range('past the end is empty', size, 1),
  range('far past the end is empty', size * 1000, 10),
  range('of no length is empty', 123, 0),
  {
    name: 'a range of an empty object is empty',
    run: async ({ store, name }) => {
      const empty = name('empty', Buffer.alloc(0));
      await store.put(empty, Buffer.alloc(0));
      assertEqual(await store.get(empty, { offset: 0, length: 10 }), Buffer.alloc(0), 'its first bytes');
      assertEqual(await store.get(empty, { offset: 5, length: 10 }), Buffer.alloc(0), 'bytes past its end');
    },
  },
  {
    name: 'of many ranges at once each is right',
    run: async ({ store, name }) => {
      const content = randomBytes(2 ** 20);
      const big = name('big', content);
      await store.put(big, content);
      const offsets = Array.from({ length: 50 }, (_, i) => i * 20_000);
      const parts = await Promise.all(offsets.map((offset) => store.get(big, { offset, length: 777 })));
      for (const [i, part] of parts.entries())
        assertEqual(part, content.subarray(i * 20_000, i * 20_000 + 777), `777 bytes from ${i * 20_000} on`);
    },
  },
];

function range(name: string, offset: number, length: number): CheckCase {
  return {
    name: `a range ${name}`,
    run: async ({ store, name }) => {
      const content = randomBytes(size);
      const one = name('a', content);
      await store.put(one, content);
      const part = await store.get(one, { offset, length });
      assertEqual(part, content.subarray(offset, offset + length), `${length} bytes from ${offset} on`);
    },
  };
}
