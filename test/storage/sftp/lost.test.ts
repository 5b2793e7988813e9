import { hash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/base/error.ts';
import { hasSshd } from '../../servers/sftp.ts';
import { sftpRig } from './rig.ts';

const unreachable = { code: 'storage-unreachable', retryable: true };
const bytes = Buffer.from('0123456789');

describe.runIf(hasSshd)('an SFTP connection that is lost', () => {
  const { server, newFolder, open } = sftpRig();
  afterEach(async () => {
    await server().kill();
    await server().restart();
  });

  test('is made again by the next request', async () => {
    const store = open();
    await store.put('a', bytes);
    await server().kill();
    await expect(store.get('a')).rejects.toMatchObject(unreachable);
    await expect(store.put('b', bytes)).rejects.toMatchObject(unreachable);
    await server().restart();
    expect(await store.get('a')).toEqual(bytes);
    await store.put('b', bytes);
    expect(await store.get('b')).toEqual(bytes);
  });

  test('ends the writer, which leaves no object; its temporary file goes with the next one', async () => {
    const path = newFolder();
    const store = open({ path });
    const writer = await store.writer();
    await writer.write(randomBytes(300_000));
    await server().kill();
    await expect(writer.commit('a')).rejects.toMatchObject(unreachable);
    await writer.abort();
    expect(readdirSync(join(path, 'tmp'))).toHaveLength(1);
    await server().restart();
    await store.put('b', bytes);
    expect(await store.size('a')).toBeUndefined();
    expect(readdirSync(join(path, 'tmp'))).toEqual([]);
  });

  test('in the middle of much reading fails every read, and nothing hangs', async () => {
    const path = newFolder();
    const content = randomBytes(32 * 2 ** 20);
    writeFileSync(join(path, 'big'), content);
    const store = open({ path });
    await store.size('big');
    const reads = Promise.allSettled(Array.from({ length: 6 }, () => store.get('big')));
    server().cut();
    const results = await reads;
    const outcomes = results.map((one) =>
      one.status === 'fulfilled' ? hash('sha256', one.value) : codeOf(one.reason),
    );
    const allowed = new Set<string | undefined>(['storage-unreachable', hash('sha256', content)]);
    expect(outcomes.filter((one) => !allowed.has(one))).toEqual([]);
    expect((await store.get('big')).length).toBe(content.length);
  });

  test('in the middle of a listing ends it with a fault', async () => {
    const path = newFolder();
    const store = open({ path });
    await store.put('data/00/a', bytes);
    const listing = store.list('')[Symbol.asyncIterator]();
    await listing.next();
    await server().kill();
    const rest = async (): Promise<void> => {
      for await (const info of store.list('')) expect(info.name).toBe('data/00/a');
    };
    await expect(rest()).rejects.toMatchObject(unreachable);
  });

  test('because the host hangs is given up after some patience', async () => {
    const store = open({ patience: 400 });
    await store.put('a', bytes);
    server().signal('SIGSTOP');
    try {
      await expect(store.get('a')).rejects.toMatchObject({
        ...unreachable,
        message: expect.stringContaining('no answer'),
      });
    } finally {
      server().signal('SIGCONT');
    }
    expect(await store.get('a')).toEqual(bytes);
  });

  test('by closing the store is no fault of the store', async () => {
    const store = open();
    await store.put('a', bytes);
    await expect(Promise.all([store.close?.(), store.close?.()])).resolves.toBeDefined();
  });
});
