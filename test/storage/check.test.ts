import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { MusterError } from '../../src/base/error.ts';
import { checkGroups } from '../../src/storage/check/groups.ts';
import { checkStore, type CheckReport } from '../../src/storage/check/run.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { checkObjectName } from '../../src/storage/name.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { around, replaced } from '../../src/storage/wrap/around.ts';
import { namesOf } from '../conformance/listing.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store of a folder, some of it broken. */
function broken(changes: (sound: ObjectStore) => Partial<ObjectStore>): ObjectStore {
  const sound = openLocalStore({ folder });
  return replaced(
    around(sound, (_, run) => run()),
    changes(sound),
  );
}

function check(store: ObjectStore, only?: string): Promise<CheckReport> {
  const groups = checkGroups.filter(({ cases }) => only === undefined || cases.some(({ name }) => name === only));
  return checkStore(store, { clock: systemClock, groups });
}

function failuresOf({ results }: CheckReport): readonly string[] {
  return results.flatMap(({ status, name }) => (status === 'failed' ? [name] : []));
}

test('there are more than forty cases, each of another name', () => {
  const names = checkGroups.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(60);
});

describe('a store that', () => {
  const faults: Readonly<Record<string, readonly [string, (sound: ObjectStore) => Partial<ObjectStore>]>> = {
    'always wins a name': [
      'of 16 at once one wins, and it is the one that is there',
      (sound) => ({ putNew: async (name, bytes) => sound.put(name, bytes).then(() => true) }),
    ],
    'does not remove': [
      'what was removed is gone at once, and may be removed again',
      () => ({ remove: async () => {} }),
    ],
    'forgets the offset of a range': [
      'a range in the middle',
      (sound) => ({ get: (name, range) => sound.get(name, range && { offset: 0, length: range.length }) }),
    ],
    'fails for a range past the end': [
      'a range past the end is empty',
      (sound) => ({
        get: async (name, range) => {
          if ((range?.offset ?? 0) >= ((await sound.size(name)) ?? 0)) throw new Error('416 Range Not Satisfiable');
          return await sound.get(name, range);
        },
      }),
    ],
    'lists one page only': [
      'of 1,100 objects each is listed once',
      (sound) => ({
        list: async function* (prefix) {
          let left = 1000;
          for await (const info of sound.list(prefix)) if ((left -= 1) >= 0) yield info;
        },
      }),
    ],
    'lists siblings': [
      'a prefix has what is below it, at any depth, and no siblings',
      (sound) => ({ list: (prefix) => sound.list(prefix.replace(/\/$/, '')) }),
    ],
    'shows a writer early': [
      'nothing is seen of it before it is committed',
      (sound) => ({
        writer: async () => {
          const writer = await sound.writer();
          return {
            write: async (piece) => {
              await sound.put(`muster/check/early/00/x`, piece).catch(() => undefined);
              await writer.write(piece);
            },
            commit: (name) => writer.commit(name),
            abort: () => writer.abort(),
          };
        },
        list: async function* (prefix) {
          for await (const info of sound.list(prefix)) yield info;
          for await (const info of sound.list('muster/check/early/')) yield info;
        },
      }),
    ],
    'does not copy pieces': [
      'a piece may be used again once it is written',
      (sound) => ({
        writer: async () => {
          const pieces: Uint8Array[] = [];
          return {
            write: async (piece) => void pieces.push(piece),
            commit: (name) => sound.put(name, Buffer.concat(pieces)),
            abort: async () => {},
          };
        },
      }),
    ],
    'says nothing of what is missing': [
      'getting it fails with object-missing, and names it',
      (sound) => ({ get: (name, range) => sound.get(name, range).catch(() => Buffer.alloc(0)) }),
    ],
    'shows a part to readers': [
      'a reader sees the old or the new, never a part',
      (sound) => ({
        put: async (name, bytes) => {
          await sound.put(name, bytes.subarray(0, bytes.length / 2));
          await sound.put(name, bytes);
        },
      }),
    ],
    'lies about sizes': [
      'it has each name and size, and times that may be true',
      (sound) => ({
        list: async function* (prefix) {
          for await (const info of sound.list(prefix)) yield { ...info, size: info.size + 1 };
        },
      }),
    ],
    'has a clock of another year': [
      'it has each name and size, and times that may be true',
      (sound) => ({
        list: async function* (prefix) {
          for await (const info of sound.list(prefix)) yield { ...info, modifiedAt: 0 };
        },
      }),
    ],
    'is down now and then': [
      'put replaces what was there, longer or shorter',
      (sound) => {
        let requests = 0;
        return {
          put: async (name, bytes) => {
            if ((requests += 1) % 5 === 0) throw new MusterError('out of order', { code: 'storage-failed' });
            await sound.put(name, bytes);
          },
        };
      },
    ],
  };

  test.each(Object.entries(faults))('%s fails, and nothing is left', async (_, [name, changes]) => {
    const store = broken(changes);
    const report = await check(store, name);
    expect(failuresOf(report)).toContain(name);
    expect(report.counts.failed).toBe(failuresOf(report).length);
    expect(report.results.find((result) => result.name === name)?.detail).toMatch(/\w/);
  });
});

test('a clock that is off by minutes is told, and is no fault', async () => {
  const store = broken((sound) => ({
    list: async function* (prefix) {
      for await (const info of sound.list(prefix)) yield { ...info, modifiedAt: (info.modifiedAt ?? 0) + 600_000 };
    },
  }));
  const report = await check(store, 'what was removed is not listed');
  expect(report.counts.failed).toBe(0);
  const notes = report.results.flatMap((result) => result.notes);
  expect(notes[0]).toMatch(/^the clock of the store is (10m|9m 59s) ahead of this machine's$/);
});

test('what was there before is left alone, and the place is as it was', async () => {
  const store = openLocalStore({ folder });
  await store.put('data/00/a', Buffer.from('kept'));
  await store.put('muster/log/1', Buffer.from('kept'));
  const report = await check(store);
  expect(report).toMatchObject({ left: undefined, counts: { failed: 0 } });
  expect(await namesOf(store, '')).toEqual(['data/00/a', 'muster/log/1']);
  expect(readdirSync(join(folder, 'muster'))).toEqual(['log']);
});

test('what cannot be removed is named, and why', async () => {
  const store = openLocalStore({ folder, appendOnly: true });
  const { left, counts } = await check(store);
  expect(counts.failed).toBe(0);
  expect(left?.reason).toBe('the storage target is append-only');
  expect(left?.names.toSorted()).toEqual(await namesOf(store, ''));
});

test('a store that cannot be written is no failed case but an error', async () => {
  const store = openLocalStore({ folder: join(folder, 'none') });
  await expect(check(store)).rejects.toMatchObject({ code: 'storage-missing' });
});

test('a store that changes what is written is refused at once', async () => {
  const store = broken((sound) => ({ put: (name, bytes) => sound.put(name, bytes.subarray(1)) }));
  await expect(check(store)).rejects.toMatchObject({ code: 'storage-failed', message: /does not keep/ });
});

test('stopping it ends it after the case at hand, and removes what was written', async () => {
  const stop = new AbortController();
  const store = openLocalStore({ folder });
  const running = checkStore(store, { clock: systemClock, signal: stop.signal, onResult: () => stop.abort() });
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(await namesOf(store, '')).toEqual([]);
  expect(readdirSync(folder)).toEqual(['tmp']);
});

describe('where names are bound to content', () => {
  test('all cases that make sense there pass, and others’ objects stay', async () => {
    const store = bound();
    const others = Buffer.from('of others');
    const digest = hash('sha256', others);
    await store.put(`data/${digest.slice(0, 2)}/${digest}`, others);
    const report = await check(store);
    expect(failuresOf(report)).toEqual([]);
    expect(report.counts.passed).toBeGreaterThan(40);
    expect(await namesOf(store, '')).toEqual([`data/${digest.slice(0, 2)}/${digest}`]);
  });

  test('on an append-only server everything is written as locks, which may go', async () => {
    const report = await check(bound({ appendOnly: true }));
    expect(failuresOf(report)).toEqual([]);
    expect(report.left).toBeUndefined();
  });
});

/** A store that keeps what restic's server keeps. */
function bound(facts: Partial<ObjectStore['facts']> = {}): ObjectStore {
  return broken((sound) => ({
    get facts() {
      return { ...sound.facts, names: 'content', ...facts } as const;
    },
    put: async (name, bytes) => {
      assertBound(name, bytes);
      await sound.put(name, bytes);
    },
  }));
}

function assertBound(name: string, bytes: Uint8Array): void {
  checkObjectName(name);
  const digest = hash('sha256', bytes);
  if (name !== `data/${digest.slice(0, 2)}/${digest}` && name !== `locks/${digest}`)
    throw new MusterError(`${name} is refused`, { code: 'storage-refused' });
}
