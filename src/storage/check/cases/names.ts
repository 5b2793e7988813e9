import { randomBytes } from 'node:crypto';
import { assertEqual, assertFails } from '../assert.ts';
import type { CheckCase } from '../case.ts';

export const names: readonly CheckCase[] = [
  {
    name: 'every character that is allowed comes back',
    needs: ['free-names'],
    run: async ({ store, name, list }) => {
      const hints = ['x._=+@-', 'ABCxyz019', '9=8+7', 'a@b.example', 'x/y.z/A-1_2+3=4', 'a+b', 'a.b.c..d', 'e='];
      const contents = hints.map(() => randomBytes(10));
      for (const [i, hint] of hints.entries()) await store.put(name(hint), contents[i] ?? Buffer.alloc(0));
      for (const [i, hint] of hints.entries())
        assertEqual(await store.get(name(hint)), contents[i], `what is under ${name(hint)}`);
      const listed = (await list()).map(({ name }) => name);
      assertEqual(listed, hints.map((hint) => name(hint)).toSorted(), 'the names listed');
    },
  },
  {
    name: 'long names come back',
    needs: ['free-names'],
    run: async ({ store, name, list }) => {
      const long = name(`${'x'.repeat(190)}/${'y'.repeat(200)}/${'z'.repeat(200)}`);
      const bytes = randomBytes(10);
      await store.put(long, bytes);
      assertEqual(await store.get(long), bytes, `what is under a name of ${long.length} characters`);
      assertEqual(
        (await list()).map(({ name }) => name),
        [long],
        'the names listed',
      );
    },
  },
  {
    name: 'bad names are refused by every method',
    run: async ({ store }) => {
      for (const bad of badNames) await refusesName(store, bad);
    },
  },
];

type Store = Parameters<CheckCase['run']>[0]['store'];

async function refusesName(store: Store, bad: string): Promise<void> {
  const bytes = randomBytes(3);
  const text = JSON.stringify(bad.length > 40 ? `${bad.slice(0, 40)}…` : bad);
  await assertFails('bad-object-name', store.put(bad, bytes), `put of ${text}`);
  await assertFails('bad-object-name', store.putNew(bad, bytes), `putNew of ${text}`);
  await assertFails('bad-object-name', store.get(bad), `get of ${text}`);
  await assertFails('bad-object-name', store.size(bad), `size of ${text}`);
  await assertFails('bad-object-name', store.remove(bad), `remove of ${text}`);
}

const badNames: readonly string[] = ['', '/', '.', '..', '/etc/passwd', '../x', 'a/../b', 'a//b', 'a/', './a'].concat(
  ['a/.hidden', '.hidden', '-rf', 'a/-rf', 'ä', 'a%2fb', 'a?b', 'a#b', 'a*b', 'a b', 'a\\b', 'a\nb', 'a\u0000b'],
  ['tmp', 'tmp/x', `${'a/'.repeat(500)}b`, 'x'.repeat(300)],
);
