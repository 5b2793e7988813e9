import { randomBytes } from 'node:crypto';
import { formatDuration } from '../../../base/duration.ts';
import { assertEqual, assertTrue } from '../assert.ts';
import type { CheckCase, CheckSubject } from '../case.ts';

const minute = 60_000;
const day = 86_400_000;

export const list: readonly CheckCase[] = [
  {
    name: 'where nothing is, nothing is listed',
    run: async ({ list }) => assertEqual(await list(), [], 'the listing'),
  },
  {
    name: 'it has each name and size, and times that may be true',
    run: async (subject) => {
      for (const length of [0, 1, 70_000]) {
        const bytes = randomBytes(length);
        await subject.store.put(subject.name(`a${length}`, bytes), bytes);
      }
      const infos = await subject.list();
      assertEqual(
        infos.map(({ size }) => size).toSorted((a, b) => a - b),
        [0, 1, 70_000],
        'the sizes',
      );
      for (const { modifiedAt } of infos) judgeTime(subject, modifiedAt);
    },
  },
  {
    name: 'a prefix has what is below it, at any depth, and no siblings',
    needs: ['free-names'],
    run: async ({ store, name, prefix, list }) => {
      const hints = ['a/x', 'a/y/z', 'a.old', 'a1/x', 'b/a/x'];
      for (const hint of hints) await store.put(name(hint), randomBytes(3));
      const below = `${name('a')}/`;
      assertEqual(
        (await list(below)).map(({ name }) => name),
        [name('a/x'), name('a/y/z')],
        `what is below ${below}`,
      );
      assertEqual((await list(prefix)).length, hints.length, `how many are below ${prefix}`);
      assertEqual(await list(`${name('none')}/`), [], 'what is below a prefix of nothing');
    },
  },
  {
    name: 'of 1,100 objects each is listed once',
    needs: ['removal'],
    run: async ({ store, name, list }) => {
      const objects = Array.from({ length: 1100 }, (_, i) => {
        const bytes = randomBytes(20);
        return { name: name(`${i % 16}/${i}`, bytes), bytes };
      });
      for (let i = 0; i < objects.length; i += 25)
        await Promise.all(objects.slice(i, i + 25).map(({ name, bytes }) => store.put(name, bytes)));
      const listed = (await list()).map(({ name }) => name);
      assertEqual(listed.length, 1100, 'how many are listed');
      assertEqual(listed, objects.map(({ name }) => name).toSorted(), 'which ones are listed');
    },
  },
  {
    name: 'what was removed is not listed',
    needs: ['removal'],
    run: async ({ store, name, list }) => {
      const contents = Array.from({ length: 5 }, () => randomBytes(10));
      for (const [i, bytes] of contents.entries()) await store.put(name(`a${i}`, bytes), bytes);
      const gone = contents.slice(0, 2).map((bytes, i) => name(`a${i}`, bytes));
      for (const one of gone) await store.remove(one);
      const listed = (await list()).map(({ name }) => name);
      assertEqual(listed.length, 3, 'how many are listed');
      assertTrue(!listed.some((one) => gone.includes(one)), 'one that was removed is listed');
    },
  },
  {
    name: 'what is not finished is not listed',
    run: async ({ store, list }) => {
      const writers = [await store.writer(), await store.writer()];
      for (const writer of writers) await writer.write(randomBytes(100_000));
      assertEqual(await list(), [], 'the listing while two are written');
      for (const writer of writers) await writer.abort();
      assertEqual(await list(), [], 'the listing after they were aborted');
    },
  },
  {
    name: 'what was there before is listed, whatever is written meanwhile',
    run: async ({ store, name, list }) => {
      const [before, meanwhile] = [contents(20), contents(20)];
      for (const [i, bytes] of before.entries()) await store.put(name(`a${i}`, bytes), bytes);
      const listing = list();
      await Promise.all(meanwhile.map((bytes, i) => store.put(name(`b${i}`, bytes), bytes)));
      const listed = new Set((await listing).map(({ name }) => name));
      const missing = before.map((bytes, i) => name(`a${i}`, bytes)).filter((one) => !listed.has(one));
      assertEqual(missing, [], 'what was there and is not listed');
    },
  },
];

function contents(count: number): readonly Buffer[] {
  return Array.from({ length: count }, () => randomBytes(10));
}

/** Clocks of servers and of file systems are coarse, or differ a little; by a day they are wrong. */
function judgeTime({ note }: CheckSubject, modifiedAt: number | undefined): void {
  if (modifiedAt === undefined) return note('the store does not tell when objects were written');
  const ahead = modifiedAt - Date.now();
  assertTrue(Math.abs(ahead) < day, `an object was written at ${new Date(modifiedAt).toISOString()}, says the store`);
  if (Math.abs(ahead) < minute) return;
  note(
    `the clock of the store is ${formatDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
  );
}
