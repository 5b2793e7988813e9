import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { openAgain, passphrase } from './open-again.ts';
import { newVault } from './place.ts';

const content = Buffer.from('what only the owner may read '.repeat(100));

describe('objects beside the repository', () => {
  test('come back as they were put, in another process too, and tell nobody else what they are', async () => {
    const { folder, vault } = await newVault();
    await vault.sealed.put('log/orders/0001', content);
    expect(await (await openAgain(folder)).sealed.get('log/orders/0001')).toEqual(content);
    const stored = readFileSync(join(folder, 'muster/log/orders/0001'));
    expect(stored.includes('owner')).toBe(false);
    expect(stored.length).toBeLessThan(content.length / 2);
  });

  test('are listed below a prefix, replaced, kept by putNew, and removed', async () => {
    const { vault } = await newVault();
    for (const name of ['log/a/1', 'log/a/2', 'log/ab/1']) await vault.sealed.put(name, Buffer.from(name));
    const names: string[] = [];
    for await (const { name } of vault.sealed.list('log/a/')) names.push(name);
    expect(names.toSorted()).toEqual(['log/a/1', 'log/a/2']);
    await vault.sealed.put('log/a/1', Buffer.from('other'));
    expect(await vault.sealed.putNew('log/a/1', content)).toBe(false);
    expect(String(await vault.sealed.get('log/a/1'))).toBe('other');
    await vault.sealed.remove('log/a/1');
    await vault.sealed.remove('log/a/1');
    await expect(vault.sealed.get('log/a/1')).rejects.toMatchObject({ code: 'object-missing' });
  });

  test('that were swapped, changed or cut are refused', async () => {
    const { folder, vault } = await newVault();
    await vault.sealed.put('one', content);
    await vault.sealed.put('two', content);
    const [one, two] = [join(folder, 'muster/one'), join(folder, 'muster/two')];
    const bytes = readFileSync(one);
    const refused = async (name: string): Promise<void> =>
      expect(vault.sealed.get(name)).rejects.toMatchObject({ code: 'object-damaged' });
    rmSync(two);
    copyFileSync(one, two);
    await refused('two');
    for (const wrong of [Buffer.from(bytes).fill(0, 40, 41), bytes.subarray(0, -1), Buffer.alloc(0)]) {
      rmSync(one);
      writeFileSync(one, wrong);
      await refused('one');
    }
  });

  test.runIf(requireProgram('restic'))('do not disturb restic', async () => {
    const { folder, vault } = await newVault();
    await vault.sealed.put('catalog/plan', content);
    const env = { ...process.env, RESTIC_PASSWORD: passphrase };
    expect(execFileSync('restic', ['-r', folder, 'check', '--no-cache'], { env, encoding: 'utf8' })).toContain(
      'no errors',
    );
    expect(readdirSync(folder)).toContain('muster');
  });
});
