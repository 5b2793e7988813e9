import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import { openRepository } from '../../../src/vault/open.ts';
import { openKeyring } from '../../../src/vault/keys/keyring.ts';
import type { RotatedMaster } from '../../../src/vault/keys/rotate-master.ts';
import { finishRotation, rotateMaster } from '../../../src/vault/keys/rotate-master.ts';
import { trySlot, readSlots } from '../../../src/vault/keys/unlock.ts';
import { requireProgram } from '../../require.ts';
import { compareTrees } from '../compare-trees.ts';
import { cheapCost, passphrase } from '../fixture.ts';
import { folderWith, newVault, noise, openAgain, restic, temporaryFolder, treeRequest } from '../place.ts';

const clock = systemClock;
const escrow = 'battery staple';

function rotate(folder: string): Promise<RotatedMaster> {
  return rotateMaster({ folder, passphrase, passphrases: [passphrase, escrow], clock, cost: cheapCost });
}

/** A vault with three snapshots, of which the second has the first as its parent. */
async function filledVault() {
  const { folder, vault, repository } = await newVault();
  const source = folderWith({ 'a.bin': noise(2_500_000), 'deep/b.txt': 'one', 'c.txt': 'kept' });
  const snapshots: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(join(source, 'deep/b.txt'), text);
    const request = treeRequest(source, {
      parent: snapshots.at(-1),
      tags: ['muster:system=web', text],
      time: Date.now(),
    });
    snapshots.push((await vault.backup(request)).snapshot);
  }
  return { folder, vault, repository, source, snapshots };
}

function besides(folder: string): readonly string[] {
  return readdirSync(dirname(folder)).filter((name) => name !== basename(folder) && name.startsWith(basename(folder)));
}

describe('a new master key', () => {
  test('everything is there under new names, every key opens it, and the old generation is kept', async () => {
    const { folder, snapshots } = await filledVault();
    const before = await openAgain(folder);
    const trees = (await before.vault.snapshots()).map(({ tree, time, tags }) => ({ tree, time, tags }));
    await before.vault.sealed.put('log/1', Buffer.from('beside'));
    const { snapshots: renamed, previous, left } = await rotate(folder);
    await finishRotation(folder);
    expect(renamed.map(({ from }) => from)).toEqual(snapshots);
    expect(left).toEqual([]);
    expect(besides(folder)).toEqual([basename(previous)]);
    const { vault } = await openAgain(folder);
    expect(String(await vault.sealed.get('log/1'))).toBe('beside');
    const present = await vault.snapshots();
    expect(present.map(({ tree, time, tags }) => ({ tree, time, tags }))).toEqual(trees);
    expect(present.map(({ id }) => id)).toEqual(renamed.map(({ to }) => to));
    expect(present.map(({ parent }) => parent)).toEqual([undefined, renamed[0]?.to, renamed[1]?.to]);
    expect((await openKeyring({ store: openLocalStore({ folder }), passphrase: escrow, clock })).opened).toBeDefined();
    expect((await (await openAgain(previous)).vault.snapshots()).map(({ id }) => id)).toEqual(snapshots);
    for (const place of [folder, previous]) expect(readdirSync(join(place, 'locks'))).toEqual([]);
  });

  test('the old master key reads nothing of the new generation', async () => {
    const { folder } = await filledVault();
    const { previous } = await rotate(folder);
    const [slot] = await readSlots(openLocalStore({ folder: previous }));
    if (slot === undefined) throw new Error('there is no slot');
    const opened = await trySlot(slot, passphrase, readFileSync(join(previous, 'config')));
    const [pack = ''] = readdirSync(join(folder, 'snapshots'));
    expect(opened?.sealer.open(readFileSync(join(folder, 'config')))).toBeUndefined();
    expect(opened?.sealer.open(readFileSync(join(folder, 'snapshots', pack)))).toBeUndefined();
  });

  test('what was opened before can no longer write', async () => {
    const { folder, vault, source } = await filledVault();
    await rotate(folder);
    await expect(vault.backup(treeRequest(source))).rejects.toMatchObject({ code: 'vault-replaced' });
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
    const again = await openAgain(folder);
    const { bytesStored } = await again.vault.backup(treeRequest(source));
    // The same borders: nothing but folders is new.
    expect(bytesStored).toBeLessThan(10_000);
  });

  test('while somebody works in the vault nothing is begun', async () => {
    const { folder, repository } = await filledVault();
    const lock = await repository.lock('shared');
    const before = readFileSync(join(folder, 'config'));
    await expect(rotate(folder)).rejects.toMatchObject({ code: 'vault-locked' });
    await lock.release();
    expect(readFileSync(join(folder, 'config'))).toEqual(before);
    await rotate(folder);
  });

  test('a damaged vault is left as it is', async () => {
    const { folder, repository } = await filledVault();
    const pack = [...repository.packs()].find(({ blobs }) => blobs.some(({ type }) => type === 'data'));
    const path = join(folder, 'data', pack?.id.slice(0, 2) ?? '', pack?.id ?? '');
    chmodSync(path, 0o600);
    const bytes = readFileSync(path);
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const before = readFileSync(join(folder, 'config'));
    await expect(rotate(folder)).rejects.toMatchObject({ code: 'blob-damaged' });
    expect(readFileSync(join(folder, 'config'))).toEqual(before);
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  test('a folder of the name that the new generation needs is in the way', async () => {
    const { folder } = await filledVault();
    mkdirSync(`${folder}.next`);
    await expect(rotate(folder)).rejects.toMatchObject({ code: 'rotation-in-the-way' });
    expect(besides(folder)).toEqual(['vault.next']);
  });

  test.each(['after the folders changed places', 'before it was put on record'])(
    'goes on when it was cut off %s',
    async (when) => {
      const { folder } = await filledVault();
      const first = await rotate(folder);
      if (when.startsWith('after')) renameSync(first.previous, `${folder}.next`);
      const second = await rotate(folder);
      expect(second).toEqual(first);
      await finishRotation(folder);
      expect(besides(folder)).toEqual([basename(first.previous)]);
      expect((await (await openAgain(folder)).vault.snapshots()).map(({ id }) => id)).toEqual(
        first.snapshots.map(({ to }) => to),
      );
    },
  );

  test('killed while it copies, it goes on and ends whole', async () => {
    const { folder, source, snapshots } = await filledVault();
    for (const line of ['1', '2', '3']) expect(await killedAt(folder, line)).toBe('SIGKILL');
    expect(existsSync(`${folder}.next`)).toBe(true);
    const { snapshots: renamed } = await rotateMaster({
      folder,
      passphrase,
      passphrases: [passphrase],
      clock,
      cost: cheapCost,
    });
    expect(renamed.map(({ from }) => from)).toEqual(snapshots);
    const target = temporaryFolder();
    const { vault } = await openAgain(folder);
    await vault.restore({ snapshot: renamed.at(-1)?.to ?? '', target, overwrite: 'never' });
    expect(compareTrees(source, join(target, source))).toStrictEqual([]);
    const opened = await openRepository({ store: openLocalStore({ folder }), passphrase, clock });
    const listed = [...opened.packs()].map(({ id }) => id);
    expect((await opened.listIds('data')).toSorted()).toEqual(listed.toSorted());
  });

  test.runIf(requireProgram('restic'))(
    'restic finds nothing wrong with either generation, and restores from the new one',
    async () => {
      const { folder, source } = await filledVault();
      const { previous } = await rotate(folder);
      for (const place of [folder, previous])
        expect(restic(place, 'check', '--read-data')).toContain('no errors were found');
      const target = join(temporaryFolder(), 'out');
      restic(folder, 'restore', 'latest', '--target', target);
      expect(compareTrees(source, join(target, source))).toStrictEqual([]);
      expect(restic(folder, 'backup', source, '--json')).toContain('"data_blobs":0');
    },
  );
});

/** Runs a rotation in a process of its own and kills it as soon as it says the line. */
async function killedAt(folder: string, line: string): Promise<string | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../children/rotate.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.split('\n').includes(line)) child.kill('SIGKILL');
  });
  const [, signal] = (await exited) as [number | null, string | null];
  return signal;
}
