import { hash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { infosOf, namesOf } from '../../conformance/listing.ts';
import { bytes, data, nameFor, restRig } from './rig.ts';

describe('a REST server', () => {
  const { folder, open, openAt, serve } = restRig();

  describe('keeps objects of restic', () => {
    test.each(['data', 'index', 'keys', 'locks', 'snapshots'] as const)('%s', async (type) => {
      const store = await open();
      const name = nameFor(type, bytes);
      await store.put(name, bytes);
      expect(await store.get(name)).toEqual(bytes);
      expect(await store.size(name)).toBe(10);
      expect(await infosOf(store, '')).toEqual([{ name, size: 10, modifiedAt: undefined }]);
      expect(await namesOf(store, `${type}/`)).toEqual([name]);
      expect(await namesOf(store, type === 'data' ? 'index/' : 'data/')).toEqual([]);
      await store.remove(name);
      await store.remove(name);
      expect(await store.size(name)).toBeUndefined();
      await expect(store.get(name)).rejects.toMatchObject({ code: 'object-missing' });
    });

    test('config, which may be replaced', async () => {
      const store = await open();
      await store.put('config', bytes);
      await store.put('config', bytes);
      await store.put('config', Buffer.from('other'));
      expect(String(await store.get('config'))).toBe('other');
      expect(await namesOf(store, 'config')).toEqual(['config']);
      expect(await namesOf(store, '')).toEqual(['config']);
    });

    test('a list by a part of a name', async () => {
      const store = await open();
      await store.put(data, bytes);
      expect(await namesOf(store, data.slice(0, 8))).toEqual([data]);
      expect(await namesOf(store, 'data/')).toEqual([data]);
      expect(await namesOf(store, 'da')).toEqual([data]);
      expect(await namesOf(store, data.startsWith('data/00/') ? 'data/01/' : 'data/00/')).toEqual([]);
    });

    test('what is damaged is replaced, what is there as it should be is left', async () => {
      const store = await open();
      await store.put(data, bytes);
      const file = join(folder(), 'vault', data);
      const before = readFileSync(file);
      await store.put(data, bytes);
      writeFileSync(file, 'damaged!!!');
      await store.put(data, bytes);
      expect(readFileSync(file)).toEqual(before);
    });

    test('of many new configs at once, one wins', async () => {
      const store = await open();
      const won = await Promise.all(Array.from({ length: 12 }, (_, i) => store.putNew('config', Buffer.from([i]))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store.get('config'))[0]).toBe(won.indexOf(true));
    });

    test('putNew leaves what is there', async () => {
      const store = await open();
      expect(await store.putNew(data, bytes)).toBe(true);
      expect(await store.putNew(data, bytes)).toBe(false);
    });

    test.each([
      [0, 10, '0123456789'],
      [3, 4, '3456'],
      [3, 0, ''],
      [8, 5, '89'],
      [10, 1, ''],
      [99, 3, ''],
    ])('a range from %d, %d long', async (offset, length, expected) => {
      const store = await open();
      await store.put(data, bytes);
      await store.put('config', bytes);
      expect(String(await store.get(data, { offset, length }))).toBe(expected);
      expect(String(await store.get('config', { offset, length }))).toBe(expected);
      await expect(store.get(nameFor('data', Buffer.from('none')), { offset, length })).rejects.toMatchObject({
        code: 'object-missing',
      });
    });

    test('64 MiB from pieces, of which nothing stays behind', async () => {
      const store = await open();
      const writer = await store.writer();
      const piece = randomBytes(2 ** 20);
      const whole = Buffer.concat(Array.from({ length: 64 }, () => piece));
      for (let i = 0; i < 64; i += 1) await writer.write(piece);
      const name = nameFor('data', whole);
      await writer.commit(name);
      await writer.abort();
      expect(await store.size(name)).toBe(whole.length);
      expect(hash('sha256', await store.get(name))).toBe(hash('sha256', whole));
      expect(readdirSync(tmpdir()).filter((file) => /^muster-[0-9a-f]{8}-[0-9a-f]{4}-/.test(file))).toEqual([]);
    });

    test('10,000 objects are listed, each once', async () => {
      const store = await open();
      const ids = Array.from({ length: 10_000 }, (_, i) => hash('sha256', String(i)));
      const first = join(folder(), 'first');
      writeFileSync(first, 'x');
      for (const id of ids) linkSync(first, join(folder(), 'vault/data', id.slice(0, 2), id));
      const names = await namesOf(store, 'data/');
      expect(names).toEqual(ids.map((id) => `data/${id.slice(0, 2)}/${id}`).toSorted());
    });
  });

  describe('has no place for other objects', () => {
    test.each(['RESCUE.md', 'muster/damaged/data/x', 'data/x', `data/00/${'f'.repeat(64)}`, 'index/short', 'other/x'])(
      '%s',
      async (name) => {
        const store = await open();
        const refused = { code: 'bad-object-name', message: expect.stringContaining(name) };
        await expect(store.put(name, bytes)).rejects.toMatchObject(refused);
        await expect(store.putNew(name, bytes)).rejects.toMatchObject(refused);
        const writer = await store.writer();
        await expect(writer.commit(name)).rejects.toMatchObject(refused);
        await writer.abort();
        expect(await store.size(name)).toBeUndefined();
        await expect(store.get(name)).rejects.toMatchObject({ code: 'object-missing' });
        await store.remove(name);
        expect(await namesOf(store, 'muster/')).toEqual([]);
      },
    );

    test('content that does not fit its name is refused by the server', async () => {
      const store = await open();
      await expect(store.put(data, Buffer.from('other'))).rejects.toMatchObject({ code: 'storage-failed' });
      expect(await store.size(data)).toBeUndefined();
    });
  });

  test('of a server of version 1, sizes are asked for one by one', async () => {
    const store = await open({ version: 1 });
    const name = nameFor('index', bytes);
    await store.put(name, bytes);
    await store.put(data, bytes);
    expect(await infosOf(store, '')).toEqual([
      { name: data, size: 10, modifiedAt: undefined },
      { name, size: 10, modifiedAt: undefined },
    ]);
  });

  test('a repository that is not there holds nothing, until it is made', async () => {
    const { port } = await serve();
    const store = openAt(`http://127.0.0.1:${port}/new/vault`);
    expect(await namesOf(store, '')).toEqual([]);
    expect(await store.size('config')).toBeUndefined();
    await store.prepare?.([]);
    await store.put(data, bytes);
    expect(readdirSync(join(folder(), 'new/vault')).toSorted()).toEqual([
      'data',
      'index',
      'keys',
      'locks',
      'snapshots',
    ]);
  });
});
