import { randomBytes } from 'node:crypto';
import { assertEqual, assertFails, assertTrue } from '../assert.ts';
import type { CheckCase } from '../case.ts';

export const absence: readonly CheckCase[] = [
  {
    name: 'getting it fails with object-missing, and names it',
    run: async ({ store, name }) => {
      const error = await assertFails('object-missing', store.get(name('none')), 'get of what is not there');
      assertTrue(error.message.includes(name('none')), `the message does not name the object: ${error.message}`);
    },
  },
  {
    name: 'getting a range of it fails with object-missing',
    run: async ({ store, name }) => {
      const request = store.get(name('none'), { offset: 0, length: 1 });
      await assertFails('object-missing', request, 'get of a range of what is not there');
    },
  },
  {
    name: 'it has no size',
    run: async ({ store, name }) => assertEqual(await store.size(name('none')), undefined, 'the size'),
  },
  {
    name: 'removing it is no fault',
    run: async ({ store, name }) => store.remove(name('none')),
  },
  {
    name: 'what was removed is gone at once, and may be removed again',
    needs: ['removal'],
    run: async ({ store, name, list }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.put(one, bytes);
      await store.remove(one);
      assertEqual(await store.size(one), undefined, 'the size of what was removed');
      await assertFails('object-missing', store.get(one), 'get of what was removed');
      assertEqual(await list(), [], 'the listing');
      await store.remove(one);
    },
  },
  {
    name: 'what was removed may be written again',
    needs: ['removal'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.put(one, bytes);
      await store.remove(one);
      await store.put(one, bytes);
      assertEqual(await store.get(one), bytes, 'what was written again');
    },
  },
  {
    name: 'the beginning of a name, and something below it, is no object',
    needs: ['free-names'],
    run: async ({ store, name }) => {
      await store.put(name('a/b'), randomBytes(10));
      for (const other of [name('a'), name('a/b/c')]) {
        assertEqual(await store.size(other), undefined, `the size of ${other}`);
        await assertFails('object-missing', store.get(other), `get of ${other}`);
      }
    },
  },
];
