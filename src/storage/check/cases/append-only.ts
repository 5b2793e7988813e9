import { hash, randomBytes } from 'node:crypto';
import { assertEqual, assertFails } from '../assert.ts';
import type { CheckCase } from '../case.ts';

export const appendOnly: readonly CheckCase[] = [
  {
    name: 'removing is refused, and the object stays',
    needs: ['append-only', 'free-names'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      await store.put(name('a'), bytes);
      await assertFails('storage-refused', store.remove(name('a')), 'remove');
      assertEqual(await store.get(name('a')), bytes, 'what is there afterwards');
    },
  },
  {
    name: 'replacing is refused, by put and by a writer',
    needs: ['append-only', 'free-names'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      await store.put(name('a'), bytes);
      await assertFails('storage-refused', store.put(name('a'), randomBytes(100)), 'put of other bytes');
      const writer = await store.writer();
      await writer.write(randomBytes(50));
      await assertFails('storage-refused', writer.commit(name('a')), 'commit of other bytes');
      await writer.abort();
      assertEqual(await store.get(name('a')), bytes, 'what is there afterwards');
    },
  },
  {
    name: 'locks of the vault can be removed all the same',
    needs: ['append-only'],
    run: async ({ store }) => {
      const bytes = randomBytes(100);
      const lock = `locks/${hash('sha256', bytes)}`;
      await store.put(lock, bytes);
      await store.remove(lock);
      assertEqual(await store.size(lock), undefined, 'the size of the lock');
    },
  },
];
