import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalStore } from '../../src/storage/local.ts';
import { describeObjectStore } from '../conformance/object-store.ts';

describeObjectStore('local folder, append-only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  return {
    store: openLocalStore({ folder, appendOnly: true }),
    litter: async () => (existsSync(join(folder, 'tmp')) ? readdirSync(join(folder, 'tmp')) : []),
    discard: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

describe('local folder, append-only', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-store-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const bytes = Buffer.from('0123456789');

  test('a large object may be written again as it is, and not otherwise', async () => {
    const store = openLocalStore({ folder, appendOnly: true });
    const large = Buffer.alloc(3_000_000, 7);
    await store.put('data/00/a', large);
    await store.put('data/00/a', large);
    const other = Buffer.from(large);
    other[2_999_999] = 8;
    await expect(store.put('data/00/a', other)).rejects.toMatchObject({
      code: 'storage-refused',
      hint: expect.any(String),
    });
    expect((await store.get('data/00/a')).equals(large)).toBe(true);
  });

  test('locks may be replaced and removed', async () => {
    const store = openLocalStore({ folder, appendOnly: true });
    await store.put('locks/a', bytes);
    await store.put('locks/a', Buffer.from('other'));
    await store.remove('locks/a');
    expect(await store.size('locks/a')).toBeUndefined();
  });

  test('removing what is not there is no fault', async () => {
    await expect(openLocalStore({ folder, appendOnly: true }).remove('data/00/none')).resolves.toBeUndefined();
  });
});

test('tidy takes empty folders away, up to the first that holds something', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  try {
    const store = openLocalStore({ folder });
    await store.put('muster/check/1/a/b', Buffer.alloc(1));
    await store.put('muster/check/2/a', Buffer.alloc(1));
    await store.remove('muster/check/1/a/b');
    await store.tidy?.('muster/check/1/');
    expect(readdirSync(join(folder, 'muster/check'))).toEqual(['2']);
    await store.remove('muster/check/2/a');
    await store.tidy?.('muster/check/2/');
    expect(readdirSync(folder)).toEqual(['tmp']);
    writeFileSync(join(folder, 'kept'), '');
    await store.tidy?.('none/');
    expect(existsSync(folder)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
