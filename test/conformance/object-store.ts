import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../src/base/error.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { namesOf, infosOf } from './listing.ts';
import { describeWriter } from './object-writer.ts';

/** A store that is empty at first, and what removes it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Names of what lies in the place, unfinished or not, that isn't an object. */
  readonly litter: () => Promise<readonly string[]>;
  readonly discard: () => Promise<void>;
}

const badNames = [
  '',
  '/',
  '.',
  '..',
  '/etc/passwd',
  '../x',
  'a/../b',
  'a//b',
  'a/',
  './a',
  'a/.hidden',
  '.hidden',
  'ä',
].concat(['a\\b', 'a b', 'a\u0000b', 'a\nb', 'tmp/x', 'tmp', `${'a/'.repeat(500)}b`, 'x'.repeat(300), '-rf', 'a/-rf']);

/** What every object store must do. `open` makes a new, empty one. */
export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(async () => subject.discard());

    const bytes = Buffer.from('0123456789');

    describe('put and get', () => {
      test('what was put comes back', async () => {
        await store.put('index/a', bytes);
        expect(await store.get('index/a')).toEqual(bytes);
        expect(await store.size('index/a')).toBe(10);
      });

      test('an empty object is an object', async () => {
        await store.put('empty', Buffer.alloc(0));
        expect(await store.get('empty')).toHaveLength(0);
        expect(await store.size('empty')).toBe(0);
        expect(await namesOf(store, '')).toEqual(['empty']);
      });

      test('every byte value comes back', async () => {
        const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        await store.put('all', all);
        expect(await store.get('all')).toEqual(all);
      });

      test('a part of a larger array is stored alone', async () => {
        await store.put('part', new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 3));
        expect(String(await store.get('part'))).toBe('234');
      });

      test('putting again replaces', async () => {
        await store.put('a', bytes);
        await store.put('a', Buffer.from('new'));
        expect(String(await store.get('a'))).toBe('new');
        expect(await namesOf(store, '')).toEqual(['a']);
      });

      test('of writes to one name at once, one wins whole', async () => {
        const contents = Array.from({ length: 16 }, () => randomBytes(200_000));
        await Promise.all(contents.map((content) => store.put('one', content)));
        const winner = await store.get('one');
        expect(contents.some((content) => content.equals(winner))).toBe(true);
        expect(await subject.litter()).toEqual([]);
      });

      test('a reader sees the old or the new, never a part', async () => {
        const versions = [Buffer.alloc(300_000, 1), Buffer.alloc(500_000, 2)];
        await store.put('a', Buffer.alloc(300_000, 1));
        const writing = (async (): Promise<void> => {
          for (let i = 0; i < 20; i += 1) await store.put('a', versions[i % 2] ?? bytes);
        })();
        for (let i = 0; i < 40; i += 1) {
          const seen = await store.get('a');
          expect(versions.some((version) => version.equals(seen))).toBe(true);
        }
        await writing;
      });
    });

    describe('putNew', () => {
      test('stores what is not there, and leaves what is', async () => {
        expect(await store.putNew('config', bytes)).toBe(true);
        expect(await store.putNew('config', Buffer.from('other'))).toBe(false);
        expect(await store.get('config')).toEqual(bytes);
        expect(await subject.litter()).toEqual([]);
      });

      test('of many at once exactly one wins', async () => {
        const won = await Promise.all(Array.from({ length: 12 }, (_, i) => store.putNew('x/config', Buffer.from([i]))));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await store.get('x/config'))[0]).toBe(won.indexOf(true));
      });
    });

    describe('ranges', () => {
      beforeEach(async () => store.put('digits', bytes));

      test.each([
        [0, 10, '0123456789'],
        [0, 1, '0'],
        [9, 1, '9'],
        [3, 4, '3456'],
        [3, 0, ''],
        [8, 5, '89'],
        [10, 1, ''],
        [99, 3, ''],
      ])('from %d, %d long: %j', async (offset, length, expected) => {
        expect(String(await store.get('digits', { offset, length }))).toBe(expected);
      });

      test('of many at once each is right', async () => {
        const content = randomBytes(2 ** 20);
        await store.put('big', content);
        const offsets = Array.from({ length: 50 }, (_, i) => i * 20_000);
        const parts = await Promise.all(offsets.map((offset) => store.get('big', { offset, length: 777 })));
        parts.forEach((part, i) => expect(part.equals(content.subarray(i * 20_000, i * 20_000 + 777))).toBe(true));
      });
    });

    describe('what is not there', () => {
      test('is an error that names it', async () => {
        await expect(store.get('index/none')).rejects.toMatchObject({
          code: 'object-missing',
          message: expect.stringContaining('index/none'),
        });
        await expect(store.get('none', { offset: 0, length: 1 })).rejects.toMatchObject({ code: 'object-missing' });
      });

      test('has no size', async () => {
        expect(await store.size('index/none')).toBeUndefined();
      });

      test('a prefix of names, or something below a name, is no object', async () => {
        await store.put('a/b', bytes);
        expect(await store.size('a')).toBeUndefined();
        await expect(store.get('a')).rejects.toMatchObject({ code: 'object-missing' });
        expect(await store.size('a/b/c')).toBeUndefined();
        await expect(store.get('a/b/c')).rejects.toMatchObject({ code: 'object-missing' });
      });

      test('is removed without an error', async () => {
        await store.remove('index/none');
        await store.put('a', bytes);
        await store.remove('a');
        await store.remove('a');
        await expect(store.get('a')).rejects.toMatchObject({ code: 'object-missing' });
      });
    });

    describe('list', () => {
      test('of an empty store is empty', async () => {
        expect(await namesOf(store, '')).toEqual([]);
        expect(await namesOf(store, 'data/')).toEqual([]);
      });

      test('has names, sizes and times', async () => {
        const before = Date.now();
        await store.put('data/00/x', bytes);
        const [info] = await infosOf(store, 'data/');
        expect(info).toMatchObject({ name: 'data/00/x', size: 10 });
        // Clocks of servers and file systems are coarse, or differ a little.
        expect(Math.abs((info?.modifiedAt ?? 0) - before)).toBeLessThan(60_000);
      });

      test('has what starts with the prefix, at any depth', async () => {
        for (const name of ['config', 'data/00/a', 'data/01/b', 'data.old', 'index/a', 'muster/log/2024/x.1'])
          await store.put(name, bytes);
        expect(await namesOf(store, 'data/')).toEqual(['data/00/a', 'data/01/b']);
        expect(await namesOf(store, 'data/00/')).toEqual(['data/00/a']);
        expect(await namesOf(store, 'muster/')).toEqual(['muster/log/2024/x.1']);
        expect(await namesOf(store, 'data')).toEqual(['data.old', 'data/00/a', 'data/01/b']);
        expect(await namesOf(store, '')).toHaveLength(6);
        expect(await namesOf(store, 'none/')).toEqual([]);
      });

      test('of many objects has each once', async () => {
        const names = Array.from({ length: 1200 }, (_, i) => `data/${(i % 16).toString(16).padStart(2, '0')}/${i}`);
        for (let i = 0; i < names.length; i += 50)
          await Promise.all(names.slice(i, i + 50).map((name) => store.put(name, bytes)));
        expect(await namesOf(store, 'data/')).toEqual(names.toSorted());
      });

      test('leaves out what is not finished or was removed', async () => {
        const writer = await store.writer();
        await writer.write(bytes);
        await store.put('gone', bytes);
        await store.remove('gone');
        expect(await namesOf(store, '')).toEqual([]);
        await writer.abort();
      });
    });

    describe('writer', () => {
      describeWriter(() => subject);
    });

    test('replacing an object while it is read and removed by others never shows a torn one', async () => {
      const seen: unknown[] = [];
      const read = async (): Promise<unknown> => seen.push(await store.get('r').then(lengthOf, codeOf));
      for (let i = 0; i < 10; i += 1)
        await Promise.all([store.put('r', Buffer.alloc(50_000, i)), read(), store.remove('r'), read()]);
      expect(seen.filter((one) => one !== 50_000 && one !== 'object-missing')).toEqual([]);
    });

    test.each(badNames)('the name %j is refused everywhere', async (name) => {
      const refused = { code: 'bad-object-name' };
      await expect(store.put(name, bytes)).rejects.toMatchObject(refused);
      await expect(store.putNew(name, bytes)).rejects.toMatchObject(refused);
      await expect(store.get(name)).rejects.toMatchObject(refused);
      await expect(store.size(name)).rejects.toMatchObject(refused);
      await expect(store.remove(name)).rejects.toMatchObject(refused);
      expect(await subject.litter()).toEqual([]);
    });

    test('facts and description name the place', () => {
      expect(store.facts.type).toBeTypeOf('string');
      expect(store.description).toMatch(new RegExp(`^${store.facts.type} .+`));
    });
  });
}

function lengthOf(bytes: Buffer): number {
  return bytes.length;
}
