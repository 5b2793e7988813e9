import { randomBytes } from 'node:crypto';
import { assertEqual } from '../assert.ts';
import type { CheckCase, CheckSubject } from '../case.ts';

const mebibyte = 2 ** 20;

export const content: readonly CheckCase[] = [
  sized('an empty object is an object', () => Buffer.alloc(0)),
  sized('a single byte comes back', () => randomBytes(1)),
  sized('every byte value comes back', () => Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
  sized('1 MiB comes back', () => randomBytes(mebibyte)),
  sized('20 MiB come back', () => randomBytes(20 * mebibyte)),
  {
    name: 'a part of a larger array is stored alone',
    run: async (subject) => {
      const whole = randomBytes(1000);
      await keeps(subject, new Uint8Array(whole.buffer, whole.byteOffset + 2, 30));
    },
  },
  {
    name: 'put replaces what was there, longer or shorter',
    needs: ['replacement'],
    run: async ({ store, name }) => {
      for (const length of [1000, 2000, 10, 0, 500]) {
        const bytes = randomBytes(length);
        await store.put(name('a'), bytes);
        assertEqual(await store.get(name('a')), bytes, `what was put last (${length} bytes)`);
        assertEqual(await store.size(name('a')), length, 'its size');
      }
    },
  },
  {
    name: 'the same bytes may be put again',
    run: async ({ store, name }) => {
      const bytes = randomBytes(1000);
      const again = name('a', bytes);
      for (let i = 0; i < 3; i += 1) await store.put(again, bytes);
      assertEqual(await store.get(again), bytes, 'what was put three times');
    },
  },
  {
    name: 'what was written is there at once',
    run: async ({ store, name, list }) => {
      for (let i = 1; i <= 10; i += 1) {
        const bytes = randomBytes(100);
        const one = name(`a${i}`, bytes);
        assertEqual(await store.size(one), undefined, 'the size before it was written');
        await store.put(one, bytes);
        assertEqual(await store.size(one), 100, 'the size right after it was written');
        assertEqual(await store.get(one), bytes, 'what was read right after it was written');
        assertEqual((await list()).length, i, 'how many objects are listed right after one was written');
      }
    },
  },
];

function sized(name: string, make: () => Buffer): CheckCase {
  return { name, run: (subject) => keeps(subject, make()) };
}

async function keeps({ store, name }: CheckSubject, bytes: Uint8Array): Promise<void> {
  const one = name('a', bytes);
  await store.put(one, bytes);
  assertEqual(await store.get(one), bytes, 'what came back');
  assertEqual(await store.size(one), bytes.length, 'its size');
}
