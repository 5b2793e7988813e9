import { hash, randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import type { Repository } from '../../src/vault/repository.ts';
import { noise } from './chunker/noise.ts';
import type { Place } from './fixture.ts';
import { newPlace } from './fixture.ts';

let place: Place;
beforeEach(() => (place = newPlace()));
afterEach(() => place[Symbol.dispose]());

function packNames(): string[] {
  const folders = readdirSync(join(place.path, 'data'));
  return folders.flatMap((folder) => readdirSync(join(place.path, 'data', folder)));
}

describe('blobs', () => {
  test('of every size come back, before a flush, after it, and after opening again', async () => {
    const repository = await place.create();
    const contents = [0, 1, 31, 1000, 65_536, 1_048_577, 8_388_608].map((length) => noise(`${length}`, length));
    const ids: string[] = [];
    for (const content of contents) ids.push((await repository.save('data', content)).id);
    expect(ids).toEqual(contents.map((content) => hash('sha256', content)));
    const verify = async (from: Repository): Promise<void> => {
      for (const [i, id] of ids.entries())
        expect((await from.load('data', id)).equals(contents[i] ?? Buffer.of())).toBe(true);
    };
    await verify(repository);
    await repository.flush();
    await verify(repository);
    await verify(await place.open());
  });

  test('that are known are not stored again, in this run or the next', async () => {
    const repository = await place.create();
    const content = randomBytes(100_000);
    const first = await repository.save('data', content);
    expect(first.stored).toBeGreaterThan(100_000);
    expect(await repository.save('data', content)).toEqual({ id: first.id, stored: 0 });
    expect(repository.has('data', first.id)).toBe(true);
    await repository.flush();
    expect(await repository.save('data', content)).toEqual({ id: first.id, stored: 0 });
    expect(await (await place.open()).save('data', content)).toEqual({ id: first.id, stored: 0 });
  });

  test('saved many at once, and the same ones twice, are each stored once', async () => {
    const repository = await place.create();
    const contents = Array.from({ length: 300 }, (_, i) => Buffer.from(`content ${i % 150}`));
    const results = await Promise.all(contents.map((content) => repository.save('data', content)));
    await repository.flush();
    expect(results.filter((result) => result.stored > 0)).toHaveLength(150);
    expect([...repository.packs()].flatMap((pack) => pack.blobs)).toHaveLength(150);
  });

  test('a buffer may be reused as soon as it is saved', async () => {
    const repository = await place.create();
    const buffer = Buffer.alloc(1000, 'a');
    const { id } = await repository.save('data', buffer);
    buffer.fill('b');
    await repository.flush();
    expect(String(await repository.load('data', id))).toBe('a'.repeat(1000));
  });

  test('of the same bytes as data and as tree are two', async () => {
    const repository = await place.create();
    const { id } = await repository.save('data', Buffer.from('same'));
    expect(repository.has('tree', id)).toBe(false);
    expect((await repository.save('tree', Buffer.from('same'))).stored).toBeGreaterThan(0);
    await repository.flush();
    expect(packNames()).toHaveLength(2);
    for (const pack of repository.packs()) expect(new Set(pack.blobs.map((blob) => blob.type)).size).toBe(1);
  });

  test('that nobody saved are missing', async () => {
    const repository = await place.create();
    const missing = repository.load('data', 'ab'.repeat(32));
    await expect(missing).rejects.toMatchObject({ code: 'blob-missing', message: expect.stringContaining('abab') });
    expect(repository.locate('data', 'ab'.repeat(32))).toBeUndefined();
  });

  test('are found where `locate` says', async () => {
    const repository = await place.create();
    await repository.save('data', Buffer.from('first'));
    const { id, stored } = await repository.save('data', Buffer.from('second'));
    await repository.flush();
    const location = repository.locate('data', id);
    expect(location).toMatchObject({ type: 'data', id, length: stored, uncompressedLength: 6 });
    expect(packNames()).toEqual([location?.pack]);
  });

  test('that lie in a damaged pack are read from another that holds them too', async () => {
    const [one, other] = [await place.create(), await place.open()];
    const content = randomBytes(1000);
    const { id } = await one.save('data', content);
    await other.save('data', content);
    await Promise.all([one.flush(), other.flush()]);
    const [pack = ''] = packNames();
    const path = join(place.path, 'data', pack.slice(0, 2), pack);
    chmodSync(path, 0o600);
    writeFileSync(path, Buffer.alloc(statSync(path).size));
    expect((await (await place.open()).load('data', id)).equals(content)).toBe(true);
  });
});

describe('packs and index', () => {
  test('packs are full at 16 MiB, and each is what it says', async () => {
    const repository = await place.create();
    for (let i = 0; i < 40; i += 1) await repository.save('data', noise(`pack ${i}`, 1_000_000));
    await repository.flush();
    const sizes = packNames().map((name) => statSync(join(place.path, 'data', name.slice(0, 2), name)).size);
    expect(sizes.filter((size) => size >= 2 ** 24 && size < 2 ** 24 + 2 ** 21)).toHaveLength(2);
    expect(sizes).toHaveLength(3);
    for (const name of packNames()) {
      expect(hash('sha256', readFileSync(join(place.path, 'data', name.slice(0, 2), name)))).toBe(name);
      expect(await repository.checkPack(name)).toBeUndefined();
    }
  });

  test('nothing new makes no pack and no index', async () => {
    const repository = await place.create();
    await repository.flush();
    await repository.save('data', Buffer.from('x'));
    await repository.flush();
    await repository.flush();
    expect(packNames()).toHaveLength(1);
    expect(await repository.listIds('index')).toHaveLength(1);
    expect(await repository.listIds('data')).toEqual(packNames());
  });

  test('an index lists at most 50,000 blobs', async () => {
    const repository = await place.create();
    for (let i = 0; i < 60_000; i += 1) await repository.save('data', Buffer.from(`${i}`));
    await repository.flush();
    expect(await repository.listIds('index')).toHaveLength(2);
    const again = await place.open();
    expect([...again.packs()].flatMap((pack) => pack.blobs)).toHaveLength(60_000);
    expect(again.has('data', hash('sha256', '59999'))).toBe(true);
  });

  test('what was not flushed is not there for others, and `close` leaves nothing of it', async () => {
    const repository = await place.create();
    const { id } = await repository.save('data', randomBytes(5_000_000));
    expect(readdirSync(join(place.path, 'tmp'))).toHaveLength(1);
    await repository.close();
    expect(readdirSync(join(place.path, 'tmp'))).toEqual([]);
    expect((await place.open()).has('data', id)).toBe(false);
  });

  test('checkPack tells what is wrong with a pack', async () => {
    const repository = await place.create();
    await repository.save('data', randomBytes(10_000));
    await repository.flush();
    const [name = ''] = packNames();
    const path = join(place.path, 'data', name.slice(0, 2), name);
    const whole = readFileSync(path);
    chmodSync(path, 0o600);
    for (const bytes of [whole.subarray(0, -1), Buffer.of(), Buffer.concat([whole, Buffer.of(0)]), flip(whole, 5000)]) {
      writeFileSync(path, bytes);
      expect(await repository.checkPack(name)).toContain('do not fit its name');
    }
    rmSync(path);
    expect(await repository.checkPack(name)).toContain('missing');
  });
});

describe('a store that fails', () => {
  test.each(['writer', 'write', 'commit'] as const)(
    'in `%s`: the fault is thrown, then and later, and no index or snapshot follows',
    async (where) => {
      await place.create();
      let failing = false;
      const repository = await place.open({ store: failingStore(place.store, where, () => failing) });
      const { id } = await repository.save('data', Buffer.from('before'));
      await repository.flush();
      failing = true;
      const full = { code: 'storage-full' };
      const store = async (): Promise<void> => {
        for (let i = 0; i < 3; i += 1) await repository.save('data', noise(`full ${i}`, 2 ** 21));
        await repository.flush();
      };
      await expect(store()).rejects.toMatchObject(full);
      failing = false;
      await expect(repository.save('data', Buffer.from('after'))).rejects.toMatchObject(full);
      await expect(repository.flush()).rejects.toMatchObject(full);
      expect(readdirSync(join(place.path, 'tmp'))).toEqual([]);
      expect(await repository.listIds('index')).toHaveLength(1);
      expect(String(await repository.load('data', id))).toBe('before');
    },
  );
});

describe('an operation that ends', () => {
  test('by a fault of the store: the next one starts anew, and stores again what was lost', async () => {
    await place.create();
    let failing = false;
    const repository = await place.open({ store: failingStore(place.store, 'commit', () => failing) });
    const [one, two] = [await repository.lock('shared'), await repository.lock('shared')];
    const content = noise('lost', 100_000);
    await repository.save('data', content);
    failing = true;
    await expect(repository.flush()).rejects.toMatchObject({ code: 'storage-full' });
    failing = false;
    await one.release();
    // The other may have relied on what was lost.
    await expect(repository.flush()).rejects.toMatchObject({ code: 'storage-full' });
    await two.release();
    const next = await repository.lock('shared');
    expect((await repository.save('data', content)).stored).toBeGreaterThan(100_000);
    await repository.flush();
    await next.release();
    const again = await place.open();
    expect((await again.load('data', hash('sha256', content))).equals(content)).toBe(true);
  });

  test('before its flush: nothing of it is known or left', async () => {
    const repository = await place.create();
    const lock = await repository.lock('shared');
    const { id } = await repository.save('data', Buffer.from('cancelled'));
    await lock.release();
    expect(repository.has('data', id)).toBe(false);
    expect(readdirSync(join(place.path, 'tmp'))).toEqual([]);
    await repository.save('data', Buffer.from('cancelled'));
    await repository.flush();
    expect(String(await repository.load('data', id))).toBe('cancelled');
  });

  test('leaves alone what somebody saved without a lock', async () => {
    const repository = await place.create();
    const { id } = await repository.save('data', Buffer.from('loose'));
    await (await repository.lock('shared')).release();
    await repository.flush();
    expect(String(await (await place.open()).load('data', id))).toBe('loose');
  });
});

describe('snapshots', () => {
  test('are kept byte for byte, and can be listed, read and removed', async () => {
    const repository = await place.create();
    const id = await repository.saveJson('snapshots', '{ "tags": ["ü"] }');
    expect(await repository.listIds('snapshots')).toEqual([id]);
    expect(await repository.loadJson('snapshots', id)).toEqual({ tags: ['ü'] });
    await repository.remove('snapshots', id);
    await repository.remove('snapshots', id);
    expect(await repository.listIds('snapshots')).toEqual([]);
    await expect(repository.loadJson('snapshots', id)).rejects.toMatchObject({ code: 'object-missing' });
  });

  test('files that are none are not listed', async () => {
    const repository = await place.create();
    for (const name of ['x', `${'a'.repeat(64)}-tmp-123`, 'A'.repeat(64), 'a'.repeat(63)])
      writeFileSync(join(place.path, 'snapshots', name), 'x');
    writeFileSync(join(place.path, 'data/00', 'ab'.repeat(32)), 'in the wrong folder');
    expect(await repository.listIds('snapshots')).toEqual([]);
    expect(await repository.listIds('data')).toEqual([]);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

/** The store, with one kind of call that fails while `isFailing`. */
function failingStore(store: ObjectStore, where: 'writer' | 'write' | 'commit', isFailing: () => boolean): ObjectStore {
  const check = (call: typeof where): void => {
    if (call === where && isFailing()) throw new MusterError('no space left', { code: 'storage-full' });
  };
  const writer: ObjectStore['writer'] = async () => {
    check('writer');
    const real = await store.writer();
    return {
      write: async (piece) => (check('write'), real.write(piece)),
      commit: async (name) => (check('commit'), real.commit(name)),
      abort: async () => real.abort(),
    };
  };
  return new Proxy(store, {
    get: (target, key: keyof ObjectStore) => {
      if (key === 'writer') return writer;
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
