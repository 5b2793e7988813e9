import { randomBytes } from 'node:crypto';
import { codeOf } from '../../../base/error.ts';
import { assertEqual, assertTrue } from '../assert.ts';
import type { CheckCase } from '../case.ts';

export const together: readonly CheckCase[] = [
  {
    name: '32 objects written and read at once are all right',
    run: async ({ store, name }) => {
      const contents = Array.from({ length: 32 }, () => randomBytes(30_000));
      await Promise.all(contents.map((bytes, i) => store.put(name(`a${i}`, bytes), bytes)));
      const read = await Promise.all(contents.map((bytes, i) => store.get(name(`a${i}`, bytes))));
      for (const [i, bytes] of contents.entries()) assertEqual(read[i], bytes, `object ${i + 1}`);
    },
  },
  {
    name: 'of writes to one name at once, one wins whole',
    needs: ['replacement'],
    run: async ({ store, name }) => {
      const contents = Array.from({ length: 16 }, () => randomBytes(200_000));
      await Promise.all(contents.map((bytes) => store.put(name('a'), bytes)));
      const winner = await store.get(name('a'));
      assertTrue(
        contents.some((bytes) => bytes.equals(winner)),
        'what is there is none of those that were written',
      );
    },
  },
  {
    name: 'the same bytes put 8 times at once are right',
    run: async ({ store, name, list }) => {
      const bytes = randomBytes(100_000);
      const one = name('a', bytes);
      await Promise.all(Array.from({ length: 8 }, () => store.put(one, bytes)));
      assertEqual(await store.get(one), bytes, 'what is there');
      assertEqual((await list()).length, 1, 'how many objects are listed');
    },
  },
  {
    name: 'a reader sees the old or the new, never a part',
    needs: ['replacement'],
    run: async ({ store, name }) => {
      const versions = [Buffer.alloc(300_000, 1), Buffer.alloc(500_000, 2)] as const;
      await store.put(name('a'), versions[0]);
      const write = async (): Promise<void> => {
        for (let i = 1; i <= 10; i += 1) await store.put(name('a'), versions[i % 2 === 0 ? 0 : 1]);
      };
      const read = async (): Promise<void> => {
        for (let i = 0; i < 20; i += 1) {
          const seen = await store.get(name('a'));
          assertTrue(
            versions.some((version) => version.equals(seen)),
            `a reader saw ${seen.length} bytes of neither`,
          );
        }
      };
      await Promise.all([write(), read(), read()]);
    },
  },
  {
    name: 'what is replaced and removed while it is read is whole or missing',
    needs: ['replacement', 'removal'],
    run: async ({ store, name }) => {
      const one = name('a');
      const read = (): Promise<unknown> => store.get(one).then((bytes) => bytes.length, codeOf);
      for (let i = 0; i < 8; i += 1) {
        const answers = await Promise.all([store.put(one, Buffer.alloc(50_000, i)), read(), store.remove(one), read()]);
        const wrong = answers.filter((answer) => ![undefined, 50_000, 'object-missing'].includes(answer as number));
        assertEqual(wrong, [], 'answers that are neither the whole nor object-missing');
      }
    },
  },
  {
    name: 'readers, writers and a listing at once do not disturb one another',
    run: async ({ store, name, list }) => {
      const contents = Array.from({ length: 12 }, () => randomBytes(20_000));
      const names = contents.map((bytes, i) => name(`a${i}`, bytes));
      const work = contents.map(async (bytes, i) => {
        const writer = await store.writer();
        await writer.write(bytes);
        await writer.commit(names[i] ?? '');
        await list();
        return await store.get(names[i] ?? '');
      });
      for (const [i, bytes] of (await Promise.all(work)).entries()) assertEqual(bytes, contents[i], `object ${i + 1}`);
      assertEqual((await list()).length, 12, 'how many objects are listed');
    },
  },
];
