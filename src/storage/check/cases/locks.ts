import { randomBytes } from 'node:crypto';
import { assertEqual, assertFails, assertTrue } from '../assert.ts';
import type { CheckCase, CheckSubject } from '../case.ts';

/** Clocks of stores are coarse, and differ a little from this machine's. */
const tolerance = 5 * 60_000;

export const locks: readonly CheckCase[] = [
  {
    name: 'what is put is locked for the time that was asked for',
    needs: ['locks'],
    run: async (subject) => {
      const bytes = randomBytes(100);
      await subject.store.put(subject.name('a', bytes), bytes);
      await assertLocked(subject, subject.name('a', bytes));
    },
  },
  {
    name: 'what is put as new is locked',
    needs: ['locks'],
    run: async (subject) => {
      const bytes = randomBytes(100);
      await subject.store.putNew(subject.name('a', bytes), bytes);
      await assertLocked(subject, subject.name('a', bytes));
    },
  },
  {
    name: 'what a writer commits is locked, large or small',
    needs: ['locks'],
    run: async (subject) => {
      for (const size of [100, 12 * 2 ** 20]) {
        const bytes = randomBytes(size);
        const writer = await subject.store.writer();
        await writer.write(bytes);
        await writer.commit(subject.name(`w${size}`, bytes));
        await assertLocked(subject, subject.name(`w${size}`, bytes));
      }
    },
  },
  {
    name: 'removing it fails with object-locked, and it stays',
    needs: ['locks'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.put(one, bytes);
      await assertFails('object-locked', store.remove(one), 'remove of what is locked');
      assertEqual(await store.get(one), bytes, 'what is there afterwards');
    },
  },
  {
    name: 'a lock can be extended, and is never shortened',
    needs: ['locks'],
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const one = name('a', bytes);
      await store.put(one, bytes);
      const first = (await store.locks?.lockedUntil(one)) ?? 0;
      await store.locks?.extend(one, first + tolerance);
      const extended = (await store.locks?.lockedUntil(one)) ?? 0;
      assertTrue(
        extended >= first + tolerance - 1000,
        `extended to ${isoOf(first + tolerance)}, it is ${isoOf(extended)}`,
      );
      await store.locks?.extend(one, first);
      assertEqual(
        await store.locks?.lockedUntil(one),
        extended,
        'the end of the lock after a shorter one was asked for',
      );
    },
  },
];

async function assertLocked({ store }: CheckSubject, name: string): Promise<void> {
  const until = await store.locks?.lockedUntil(name);
  const due = Date.now() + (store.facts.immutable?.for ?? 0) - tolerance;
  assertTrue(until !== undefined && until >= due, `it is locked until ${until === undefined ? 'never' : isoOf(until)}`);
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
