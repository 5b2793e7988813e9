import { chmodSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { VaultCheck } from '../../../src/vault/vault.ts';
import { samplePacks } from '../../../src/vault/verify/sample.ts';
import { craftSnapshot } from '../craft.ts';
import { folderWith, newVault, noise, openAgain, treeRequest } from '../place.ts';
import type { TestVault } from '../place.ts';

interface Backup extends TestVault {
  readonly snapshot: string;
}

async function backup(): Promise<Backup> {
  const source = folderWith({ 'a/x': noise(2_000_000), 'a/y': 'y', 'b/z': '' });
  const tested = await newVault();
  const { snapshot } = await tested.vault.backup(treeRequest(source));
  return { ...tested, snapshot };
}

/** The file of the one pack of this type. */
function packFile({ folder, repository }: TestVault, type: 'data' | 'tree'): string {
  const pack = [...repository.packs()].find(({ blobs }) => blobs[0]?.type === type);
  const id = pack?.id ?? '';
  const file = join(folder, 'data', id.slice(0, 2), id);
  chmodSync(file, 0o600);
  return file;
}

function failed(checks: readonly VaultCheck[]): readonly string[] {
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

describe('verify', () => {
  test('a good snapshot passes both levels, and each check says what it did', async () => {
    const { vault, snapshot } = await backup();
    const basic = await vault.verify({ snapshot, level: 'basic' });
    expect(basic.checks.map(({ name, passed }) => [name, passed])).toStrictEqual([
      ['snapshot', true],
      ['folders', true],
      ['packs', true],
    ]);
    expect(basic.checks.at(-1)?.detail).toContain('their bytes were not read');
    const standard = await vault.verify({ snapshot, level: 'standard' });
    expect(standard.checks.map(({ name }) => name)).toStrictEqual([
      'snapshot',
      'folders',
      'packs',
      'files',
      'sizes',
      'names',
      'sample',
    ]);
    expect(failed(standard.checks)).toStrictEqual([]);
    expect(standard.checks.at(-1)?.detail).toBe('2 of 2 packs were read to the last byte; 0 were not read');
  });

  test('a missing pack', async () => {
    const tested = await backup();
    rmSync(packFile(tested, 'data'));
    expect(failed((await tested.vault.verify({ snapshot: tested.snapshot, level: 'basic' })).checks)).toStrictEqual([
      'packs',
    ]);
  });

  test('a pack that is too short', async () => {
    const tested = await backup();
    truncateSync(packFile(tested, 'data'), 1000);
    const { checks } = await tested.vault.verify({ snapshot: tested.snapshot, level: 'standard' });
    expect(failed(checks)).toStrictEqual(['packs', 'sample']);
    expect(checks[2]?.detail).toMatch(/has 1000 bytes instead of \d+/);
  });

  test('a flipped bit is found by reading, not by listing', async () => {
    const tested = await backup();
    const file = packFile(tested, 'data');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { vault, snapshot } = tested;
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual([]);
    expect(failed((await vault.verify({ snapshot, level: 'standard' })).checks)).toStrictEqual(['sample']);
  });

  test('lost folder objects', async () => {
    const tested = await backup();
    rmSync(packFile(tested, 'tree'));
    const { checks } = await tested.vault.verify({ snapshot: tested.snapshot, level: 'basic' });
    expect(failed(checks)).toContain('folders');
  });

  test('an index that has lost the data', async () => {
    const { folder, snapshot } = await backup();
    const other = await newVault();
    renameSync(join(folder, 'index'), join(folder, 'index.gone'));
    renameSync(join(other.folder, 'index'), join(folder, 'index'));
    const { vault } = await openAgain(folder);
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual(['folders']);
  });

  test('chunks that no index lists, sizes that do not add up, names of a hostile writer', async () => {
    const { repository, vault } = await newVault();
    const snapshot = await craftSnapshot(repository, [
      { name: 'b', text: 'x', size: 2 },
      { name: 'a', text: 'x' },
      { name: '../c', text: 'x' },
    ]);
    const { checks } = await vault.verify({ snapshot, level: 'standard' });
    expect(failed(checks)).toStrictEqual(['sizes', 'names']);
    expect(checks[4]?.detail).toContain(': /b');
    const tree = await repository.save(
      'tree',
      Buffer.from(`{"nodes":[{"name":"a","type":"file","content":["${'0'.repeat(64)}"]}]}`),
    );
    await repository.flush();
    const lost = await repository.saveJson(
      'snapshots',
      JSON.stringify({ time: '2026-01-01T00:00:00Z', tree: tree.id }),
    );
    expect(failed((await vault.verify({ snapshot: lost, level: 'standard' })).checks)).toStrictEqual(['files']);
  });

  test('a damaged snapshot is a result, a missing one an error', async () => {
    const { vault, folder, snapshot } = await backup();
    const file = join(folder, 'snapshots', snapshot);
    chmodSync(file, 0o600);
    writeFileSync(file, 'nonsense that is longer than the shortest sealed unit');
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual(['snapshot']);
    const missing = vault.verify({ snapshot: '0'.repeat(64), level: 'basic' });
    await expect(missing).rejects.toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
  });

  test('it takes no lock, and stops when it is told to', async () => {
    const { repository, snapshot } = await backup();
    const controller = new AbortController();
    const vault = vaultOn(repository, systemClock);
    const locks: Promise<readonly string[]>[] = [];
    const onProgress = (): void => {
      locks.push(repository.listIds('locks'));
      controller.abort(new Error('enough'));
    };
    const stopped = vault.verify({ snapshot, level: 'standard', signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow('enough');
    expect((await Promise.all(locks)).flat()).toStrictEqual([]);
  });
});

describe('the sample', () => {
  const packs = Array.from({ length: 200 }, (_, i) => `pack ${i}`);
  const day = 86_400_000;

  test('one in twenty, at least three, the same all day, others on other days', () => {
    const today = samplePacks(packs, 'snapshot', 20 * day);
    expect([today.length, new Set(today).size]).toStrictEqual([10, 10]);
    expect(samplePacks(packs, 'snapshot', 21 * day - 1)).toStrictEqual(today);
    expect(samplePacks(packs.toReversed(), 'snapshot', 20 * day)).toStrictEqual(today);
    expect(samplePacks(packs, 'snapshot', 21 * day)).not.toStrictEqual(today);
    expect(samplePacks(packs, 'another', 20 * day)).not.toStrictEqual(today);
    expect(samplePacks(packs.slice(0, 10), 'snapshot', 0)).toHaveLength(3);
    expect(samplePacks(packs.slice(0, 2), 'snapshot', 0)).toHaveLength(2);
  });

  test('within half a year every pack has been read', () => {
    const read = new Set<string>();
    for (let each = 0; each < 180; each += 1) for (const id of samplePacks(packs, 'snapshot', each * day)) read.add(id);
    expect(read.size).toBe(packs.length);
  });
});
