import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createRepository } from '../../../src/vault/create.ts';
import type { Keyring } from '../../../src/vault/keys/keyring.ts';
import { openKeyring } from '../../../src/vault/keys/keyring.ts';
import { requireProgram } from '../../require.ts';
import type { Place } from '../fixture.ts';
import { cheapCost, newPlace, passphrase, saveSnapshot } from '../fixture.ts';

const clock = systemClock;

describe('key slots', () => {
  let place: Place;
  beforeEach(() => (place = newPlace()));
  afterEach(() => place[Symbol.dispose]());

  const keyring = (secret = passphrase): Promise<Keyring> =>
    openKeyring({ store: place.store, passphrase: secret, clock, cost: cheapCost });

  test('a slot says who made it, when, and how hard it is to guess', async () => {
    await place.create();
    const [slot] = await (await keyring()).list();
    expect(slot).toMatchObject({ hostname: expect.any(String), damaged: false, memory: 256 });
    expect(Math.abs((slot?.created ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('an added passphrase opens the vault, and the old one still does', async () => {
    await place.create();
    const ring = await keyring();
    const added = await ring.add('another');
    expect((await place.open({ passphrase: 'another' })).keySlot).toBe(added);
    expect((await place.open()).keySlot).toBe(ring.opened);
    expect(await ring.opensWith('another')).toEqual([added]);
    expect(await ring.opensWith('nobody knows')).toEqual([]);
  });

  test('a removed slot opens no more', async () => {
    await place.create();
    const ring = await keyring();
    const added = await ring.add('another');
    await ring.remove(added);
    await expect(place.open({ passphrase: 'another' })).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await place.open();
  });

  test('the last slot is not removed', async () => {
    await place.create();
    const ring = await keyring();
    await expect(ring.remove(ring.opened)).rejects.toMatchObject({ code: 'key-last' });
    await expect(ring.remove('0'.repeat(64))).rejects.toMatchObject({ code: 'key-missing' });
    await place.open();
  });

  test('no slot is removed while somebody works in the vault', async () => {
    const repository = await place.create();
    const ring = await keyring();
    const added = await ring.add('another');
    const lock = await repository.lock('shared');
    await expect(ring.remove(added)).rejects.toMatchObject({ code: 'vault-locked' });
    await lock.release();
    await ring.remove(added);
  });

  test('an empty passphrase is refused, and so are more slots than restic tries', async () => {
    await place.create();
    const ring = await keyring();
    await expect(ring.add('')).rejects.toMatchObject({ code: 'empty-passphrase' });
    for (let count = 1; count < 20; count += 1) await ring.add(`number ${count}`);
    await expect(ring.add('one too many')).rejects.toMatchObject({ code: 'too-many-keys' });
    expect(await ring.list()).toHaveLength(20);
  });

  test('a damaged slot is listed as such and does not keep the others from opening', async () => {
    await place.create();
    const ring = await keyring();
    const added = await ring.add('another');
    const path = join(place.path, 'keys', added);
    chmodSync(path, 0o600);
    writeFileSync(path, readFileSync(path, 'utf8').replace('scrypt', 'script'));
    expect((await ring.list()).filter(({ damaged }) => damaged).map(({ id }) => id)).toEqual([added]);
    await expect(place.open({ passphrase: 'another' })).rejects.toMatchObject({ code: 'object-damaged' });
    await place.open();
  });

  test('the slot that opened before is tried first', async () => {
    await place.create();
    const ring = await keyring();
    const added = await ring.add(passphrase);
    for (const firstSlot of [ring.opened, added])
      expect((await openKeyring({ store: place.store, passphrase, clock, firstSlot })).opened).toBe(firstSlot);
    expect([ring.opened, added]).toContain((await place.open({ firstSlot: '0'.repeat(64) })).keySlot);
  });

  describe.runIf(requireProgram('restic'))('and restic', () => {
    test('restic opens an added slot, lists it, and refuses a removed one', async () => {
      await saveSnapshot(await createRepository({ store: place.store, passphrases: [passphrase], clock }));
      const ring = await openKeyring({ store: place.store, passphrase, clock });
      const added = await ring.add('another');
      expect(restic(place, 'another', 'key', 'list')).toContain(`*${added.slice(0, 8)}`);
      expect(restic(place, 'another', 'check', '--read-data')).toContain('no errors were found');
      await ring.remove(added);
      expect(() => restic(place, 'another', 'key', 'list')).toThrow(/wrong password/);
      expect(restic(place, passphrase, 'list', 'locks')).toBe('');
    });
  });
});

function restic(place: Place, secret: string, ...args: readonly string[]): string {
  const env = { ...process.env, RESTIC_PASSWORD: secret, RESTIC_REPOSITORY: place.path };
  return execFileSync('restic', ['--no-cache', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
}
