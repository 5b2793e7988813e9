import { randomBytes } from 'node:crypto';
import { assertEqual } from '../assert.ts';
import type { CheckCase } from '../case.ts';

export const putNew: readonly CheckCase[] = [
  {
    name: 'stores what is not there, and says true',
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      assertEqual(await store.putNew(one, bytes), true, 'the answer');
      assertEqual(await store.get(one), bytes, 'what was stored');
    },
  },
  {
    name: 'says false of what is there',
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.put(one, bytes);
      assertEqual(await store.putNew(one, bytes), false, 'the answer');
    },
  },
  {
    name: 'leaves what is there as it is',
    needs: ['free-names'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      await store.put(name('a'), bytes);
      assertEqual(await store.putNew(name('a'), randomBytes(200)), false, 'the answer');
      assertEqual(await store.get(name('a')), bytes, 'what is there');
    },
  },
  {
    name: 'stores an empty object, and does not take it for none',
    needs: ['free-names'],
    run: async ({ store, name }) => {
      assertEqual(await store.putNew(name('empty'), Buffer.alloc(0)), true, 'the answer at first');
      assertEqual(await store.putNew(name('empty'), randomBytes(10)), false, 'the answer when it is there');
      assertEqual(await store.size(name('empty')), 0, 'its size');
    },
  },
  {
    name: 'may take a name again that was removed',
    needs: ['removal'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.putNew(one, bytes);
      await store.remove(one);
      assertEqual(await store.putNew(one, bytes), true, 'the answer');
    },
  },
  {
    name: 'of 16 at once one wins, and it is the one that is there',
    needs: ['conditional-writes', 'free-names'],
    run: async ({ store, name }) => {
      const contents = Array.from({ length: 16 }, () => randomBytes(1000));
      const won = await Promise.all(contents.map((bytes) => store.putNew(name('a'), bytes)));
      assertEqual(won.filter(Boolean).length, 1, 'how many won');
      assertEqual(await store.get(name('a')), contents[won.indexOf(true)], 'what is there');
    },
  },
];
