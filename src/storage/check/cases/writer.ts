import { createHash, hash, randomBytes } from 'node:crypto';
import { assertEqual, assertFails } from '../assert.ts';
import type { CheckCase, CheckSubject } from '../case.ts';

const mebibyte = 2 ** 20;

export const writer: readonly CheckCase[] = [
  pieces('pieces become one object', [10, 0, 1000, 1, 77]),
  pieces('without pieces makes an empty object', []),
  pieces('a large piece and small ones become one object', [12 * mebibyte, 1, 5 * mebibyte, 3]),
  {
    name: 'nothing is seen of it before it is committed',
    run: async ({ store, name, list }) => {
      const bytes = randomBytes(2 * mebibyte);
      const one = name('a', bytes);
      const writer = await store.writer();
      await writer.write(bytes.subarray(0, mebibyte));
      assertEqual(await list(), [], 'the listing while it is written');
      await writer.write(bytes.subarray(mebibyte));
      assertEqual(await store.size(one), undefined, 'its size while it is written');
      await assertFails('object-missing', store.get(one), 'get while it is written');
      await writer.commit(one);
      assertEqual(
        (await list()).map(({ size }) => size),
        [2 * mebibyte],
        'the sizes listed after it was committed',
      );
    },
  },
  {
    name: 'a piece may be used again once it is written',
    run: async ({ store, name }) => {
      const expected = randomBytes(200);
      const writer = await store.writer();
      const piece = Buffer.from(expected.subarray(0, 100));
      await writer.write(piece);
      expected.copy(piece, 0, 100);
      await writer.write(piece);
      piece.fill(0);
      await writer.commit(name('a', expected));
      assertEqual(await store.get(name('a', expected)), expected, 'what was written');
    },
  },
  {
    name: '20 MiB pass through in pieces',
    run: async (subject) => passesThrough(subject, 20),
  },
  {
    name: 'abort leaves nothing behind',
    run: async ({ store, list }) => {
      const writer = await store.writer();
      await writer.write(randomBytes(6 * mebibyte));
      await writer.abort();
      assertEqual(await list(), [], 'the listing');
    },
  },
  {
    name: 'abort twice, or after a commit, does no harm',
    run: async ({ store, name }) => {
      const bytes = randomBytes(100);
      const writer = await store.writer();
      await writer.write(bytes);
      await writer.commit(name('a', bytes));
      await writer.abort();
      await writer.abort();
      assertEqual(await store.get(name('a', bytes)), bytes, 'what was committed');
    },
  },
  {
    name: 'commit under a bad name is refused, and abort still tidies up',
    run: async ({ store, list }) => {
      const writer = await store.writer();
      await writer.write(randomBytes(100));
      await assertFails('bad-object-name', writer.commit('../a'), 'commit under ../a');
      await writer.abort();
      assertEqual(await list(), [], 'the listing');
    },
  },
  {
    name: 'commit replaces an object of the name',
    needs: ['replacement'],
    run: async ({ store, name }) => {
      await store.put(name('a'), randomBytes(5000));
      const bytes = randomBytes(100);
      const writer = await store.writer();
      await writer.write(bytes);
      await writer.commit(name('a'));
      assertEqual(await store.get(name('a')), bytes, 'what was committed');
    },
  },
  {
    name: 'several at once do not mix',
    run: async ({ store, name }) => {
      const contents = Array.from({ length: 8 }, () => randomBytes(50_000));
      const writers = await Promise.all(contents.map(() => store.writer()));
      for (let at = 0; at < 50_000; at += 10_000)
        await Promise.all(writers.map((writer, i) => writer.write(contents[i]?.subarray(at, at + 10_000) ?? empty)));
      await Promise.all(writers.map((writer, i) => writer.commit(name(`w${i}`, contents[i]))));
      for (const [i, bytes] of contents.entries())
        assertEqual(await store.get(name(`w${i}`, bytes)), bytes, `what writer ${i + 1} wrote`);
    },
  },
  {
    name: 'two that commit the same bytes under one name leave one whole object',
    run: async ({ store, name, list }) => {
      const bytes = randomBytes(300_000);
      const one = name('a', bytes);
      const writers = [await store.writer(), await store.writer()];
      for (const writer of writers) await writer.write(bytes);
      await Promise.all(writers.map((writer) => writer.commit(one)));
      assertEqual(await store.get(one), bytes, 'what was committed twice');
      assertEqual((await list()).length, 1, 'how many objects are listed');
    },
  },
];

const empty = Buffer.alloc(0);

function pieces(name: string, sizes: readonly number[]): CheckCase {
  return {
    name,
    run: async ({ store, name }) => {
      const parts = sizes.map((size) => randomBytes(size));
      const whole = Buffer.concat(parts);
      const writer = await store.writer();
      for (const part of parts) await writer.write(part);
      await writer.commit(name('a', whole));
      assertEqual(await store.get(name('a', whole)), whole, 'what was written');
      assertEqual(await store.size(name('a', whole)), whole.length, 'its size');
    },
  };
}

async function passesThrough({ store, name }: CheckSubject, mebibytes: number): Promise<void> {
  const writer = await store.writer();
  const digest = createHash('sha256');
  const parts: Buffer[] = [];
  for (let i = 0; i < mebibytes; i += 1) {
    const part = randomBytes(mebibyte);
    parts.push(part);
    digest.update(part);
    await writer.write(part);
  }
  const big = name('big', Buffer.concat(parts));
  await writer.commit(big);
  assertEqual(await store.size(big), mebibytes * mebibyte, 'its size');
  assertEqual(hash('sha256', await store.get(big)), digest.digest('hex'), 'its SHA-256');
}
