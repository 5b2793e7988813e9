import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createRepository } from '../../src/vault/create.ts';
import { createKeySlot } from '../../src/vault/format/key-slot.ts';
import { randomMasterKey } from '../../src/vault/format/master-key.ts';
import { openRepository } from '../../src/vault/open.ts';
import { requireProgram } from '../require.ts';
import type { Place } from './fixture.ts';
import { cheapCost, newPlace, passphrase, saveSnapshot } from './fixture.ts';

const clock = systemClock;

describe('creating and opening', () => {
  let place: Place;
  beforeEach(() => (place = newPlace()));
  afterEach(() => place[Symbol.dispose]());

  test('a repository opens again with its passphrase', async () => {
    const made = await place.create();
    const opened = await place.open();
    expect(opened.polynomial).toBe(made.polynomial);
    expect(await opened.listIds('snapshots')).toEqual([]);
  });

  test('has the layout and modes that restic makes', async () => {
    await place.create();
    expect(readdirSync(place.path).toSorted()).toEqual(
      ['config', 'data', 'index', 'keys', 'locks', 'snapshots', 'tmp'].toSorted(),
    );
    expect(readdirSync(join(place.path, 'data'))).toHaveLength(256);
    expect(statSync(join(place.path, 'config')).mode & 0o777).toBe(0o400);
    expect(statSync(place.path).mode & 0o777).toBe(0o700);
  });

  test('each of several passphrases opens it', async () => {
    const { store } = place;
    const saved = await createRepository({ store, passphrases: ['one', 'zwei', '三'], clock, cost: cheapCost });
    const { id } = await saved.save('data', Buffer.from('content'));
    await saved.flush();
    expect(readdirSync(join(place.path, 'keys'))).toHaveLength(3);
    for (const one of ['one', 'zwei', '三'])
      expect(String(await (await place.open({ passphrase: one })).load('data', id))).toBe('content');
  });

  test('a wrong passphrase is told as such, without the passphrase', async () => {
    await place.create();
    const attempt = place.open({ passphrase: 'hunter2' });
    await expect(attempt).rejects.toMatchObject({ code: 'wrong-passphrase', hint: expect.any(String) });
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  test('an empty passphrase is refused, to create and to open', async () => {
    const { store } = place;
    const refused = { code: 'empty-passphrase', hint: expect.any(String) };
    await expect(createRepository({ store, passphrases: ['good', ''], clock, cost: cheapCost })).rejects.toMatchObject(
      refused,
    );
    expect(existsSync(place.path)).toBe(false);
    await place.create();
    await expect(place.open({ passphrase: '' })).rejects.toMatchObject(refused);
  });

  test('no passphrase at all is a mistake of the caller', async () => {
    await expect(createRepository({ store: place.store, passphrases: [], clock })).rejects.toThrow(RangeError);
  });

  test('where nothing is, there is no vault; where one is, none is made', async () => {
    await expect(place.open()).rejects.toMatchObject({ code: 'vault-missing', hint: expect.any(String) });
    await place.create();
    const config = readFileSync(join(place.path, 'config'));
    await expect(place.create()).rejects.toMatchObject({ code: 'vault-exists' });
    expect(readFileSync(join(place.path, 'config')).equals(config)).toBe(true);
    expect(readdirSync(join(place.path, 'keys'))).toHaveLength(1);
  });

  test('of four that create at once, one does, and its key is the only one', async () => {
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => place.create()));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'vault-exists' });
    expect(readdirSync(join(place.path, 'keys'))).toHaveLength(1);
    await place.open();
  });

  test('a creation that was cut off before the config can be repeated, and leaves no foreign key', async () => {
    await place.store.prepare?.([]);
    const master = randomMasterKey();
    const stray = await createKeySlot({ master, passphrase, cost: cheapCost, username: 'x', clock });
    await place.store.put(`keys/${stray.id}`, stray.bytes);
    await expect(place.open()).rejects.toMatchObject({ code: 'vault-missing' });
    await place.create();
    expect(readdirSync(join(place.path, 'keys'))).not.toContain(stray.id);
    await place.open();
  });

  test('a key slot of another repository does not hide the right one', async () => {
    const made = await place.create();
    for (let i = 0; i < 4; i += 1) {
      const slot = await createKeySlot({ master: randomMasterKey(), passphrase, cost: cheapCost, username: '', clock });
      await place.store.put(`keys/${slot.id}`, slot.bytes);
    }
    expect((await place.open()).polynomial).toBe(made.polynomial);
  });

  test('where the config was lost, no new vault covers the old backups', async () => {
    await saveSnapshot(await place.create());
    rmSync(join(place.path, 'config'));
    await expect(place.create()).rejects.toMatchObject({
      code: 'object-damaged',
      hint: expect.stringContaining('config'),
    });
  });

  test('without a key slot it says so', async () => {
    await place.create();
    rmSync(join(place.path, 'keys'), { recursive: true });
    await expect(place.open()).rejects.toMatchObject({ code: 'object-damaged' });
  });

  test('a key file that would take the whole memory is refused', async () => {
    await place.create();
    const [name = ''] = readdirSync(join(place.path, 'keys'));
    const slot = JSON.parse(readFileSync(join(place.path, 'keys', name), 'utf8')) as Record<string, unknown>;
    rmSync(join(place.path, 'keys', name));
    for (const cost of [
      { N: 2 ** 31 },
      { N: 2 ** 20, r: 2 ** 20 },
      { p: 2 ** 31 },
      { N: 3 },
      { N: 1 },
      { r: 0 },
      { N: -2 },
    ]) {
      const bytes = JSON.stringify({ ...slot, ...cost });
      const path = join(place.path, 'keys', hash('sha256', bytes));
      writeFileSync(path, bytes);
      await expect(place.open()).rejects.toMatchObject({ code: 'object-damaged' });
      rmSync(path);
    }
  });

  test('the default makes a passphrase expensive to guess', async () => {
    await createRepository({ store: place.store, passphrases: ['x'], clock });
    const [name = ''] = readdirSync(join(place.path, 'keys'));
    expect(JSON.parse(readFileSync(join(place.path, 'keys', name), 'utf8'))).toMatchObject({ N: 32_768, r: 8, p: 6 });
    await openRepository({ store: place.store, passphrase: 'x', clock });
  });

  describe.runIf(requireProgram('restic'))('with stock restic', () => {
    test('ours: config, key slots and content are accepted', async () => {
      const { store } = place;
      const made = await createRepository({ store, passphrases: [passphrase, 'escrow'], clock, cost: cheapCost });
      await saveSnapshot(made);
      expect(JSON.parse(place.restic('cat', 'config'))).toEqual({
        version: 2,
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        chunker_polynomial: made.polynomial.toString(16),
      });
      expect(place.restic('list', 'keys').trim().split('\n')).toHaveLength(2);
      expect(place.restic('key', 'list')).toContain('root');
      expect(place.restic('check', '--read-data')).toContain('no errors were found');
    });

    test('its key that was added later opens, and a removed one no more', async () => {
      await place.create();
      writeFileSync(join(place.folder, 'new'), 'another');
      place.restic('key', 'add', '--new-password-file', join(place.folder, 'new'));
      await place.open({ passphrase: 'another' });
      const ours = place.restic('key', 'list').match(/\*(\w+)/)?.[1] ?? '';
      rmSync(join(place.path, 'keys', readdirSync(join(place.path, 'keys')).find((id) => id.startsWith(ours)) ?? ''));
      await expect(place.open()).rejects.toMatchObject({ code: 'wrong-passphrase' });
    });

    test('its format 1 is read, and refused to write', async () => {
      place.restic('init', '--repository-version', '1');
      writeFileSync(join(place.folder, 'file'), 'old content');
      place.restic('backup', join(place.folder, 'file'));
      const opened = await place.open();
      const [snapshot = ''] = await opened.listIds('snapshots');
      expect(await opened.loadJson('snapshots', snapshot)).toMatchObject({ paths: [join(place.folder, 'file')] });
      for (const pack of opened.packs()) for (const { type, id } of pack.blobs) await opened.load(type, id);
      const refused = { code: 'vault-read-only', hint: expect.any(String) };
      await expect(opened.save('data', Buffer.from('x'))).rejects.toMatchObject(refused);
      await expect(opened.saveJson('snapshots', '{}')).rejects.toMatchObject(refused);
      const lock = await opened.lock('shared');
      expect(place.restic('list', 'locks', '--no-lock').trim()).toMatch(/^[0-9a-f]{64}$/);
      await lock.release();
    });
  });
});
