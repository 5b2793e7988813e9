import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { vaultOn } from '../../../src/vault/open-vault.ts';
import type { BackupResult, TransferProgress, VaultCheck } from '../../../src/vault/vault.ts';
import { samplePacks } from '../../../src/vault/verify/sample.ts';
import { craftSnapshot } from '../craft.ts';
import { folderWith, hastyClock, newVault, noise, openAgain, treeRequest } from '../place.ts';
import type { TestVault } from '../place.ts';

interface Backup extends TestVault, Pick<BackupResult, 'snapshot' | 'files' | 'bytesTotal'> {}

async function backup(): Promise<Backup> {
  const source = folderWith({ 'a/x': noise(2_000_000), 'a/y': 'y', 'b/z': '' });
  const tested = await newVault();
  const { snapshot, files, bytesTotal } = await tested.vault.backup(treeRequest(source));
  return { ...tested, snapshot, files, bytesTotal };
}

/** The file of the one pack of this type. */
function packFile({ folder, repository }: TestVault, type: 'data' | 'tree'): string {
  const pack = [...repository.packs()].find(({ blobs }) => blobs[0]?.type === type);
  const id = pack?.id ?? '';
  const file = join(folder, 'data', id.slice(0, 2), id);
  chmodSync(file, 0o600);
  return file;
}

function detailOf({ checks }: { readonly checks: readonly VaultCheck[] }, name: string): string | undefined {
  return checks.find((check) => check.name === name)?.detail;
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
      ['access', true],
      ['index', true],
      ['folders', true],
      ['files', true],
      ['packs', true],
    ]);
    expect(detailOf(basic, 'packs')).toContain('their bytes were not read');
    expect(basic.notTested[0]).toContain('the bytes of the packs');
    const standard = await vault.verify({ snapshot, level: 'standard' });
    expect(standard.checks.map(({ name }) => name)).toStrictEqual([
      'snapshot',
      'access',
      'index',
      'folders',
      'files',
      'packs',
      'sizes',
      'names',
      'sample',
    ]);
    expect(failed(standard.checks)).toStrictEqual([]);
    expect(detailOf(standard, 'sample')).toBe('2 of 2 packs were read to the last byte; 0 were not read');
    const thorough = await vault.verify({ snapshot, level: 'thorough' });
    expect(thorough.checks.map(({ name }) => name).slice(0, -1)).toStrictEqual(
      standard.checks.map(({ name }) => name).slice(0, -1),
    );
    expect(failed(thorough.checks)).toStrictEqual([]);
    expect(detailOf(thorough, 'bytes')).toContain('2 of 2 packs were read to the last byte');
  });

  test('what was captured is compared with what can be reached', async () => {
    const { vault, snapshot, files, bytesTotal: bytes } = await backup();
    const complete = await vault.verify({ snapshot, level: 'standard', expected: { files, bytes } });
    expect(failed(complete.checks)).toStrictEqual([]);
    expect(detailOf(complete, 'complete')).toContain(`${files} entries with ${bytes} bytes`);
    expect(complete.notTested).toStrictEqual([]);
    const less = await vault.verify({ snapshot, level: 'standard', expected: { files: files + 1, bytes } });
    expect(failed(less.checks)).toStrictEqual(['complete']);
    const unknown = await vault.verify({ snapshot, level: 'standard' });
    expect(unknown.notTested.join()).toContain('nothing is on record to compare with');
  });

  test('folders that are the same count as often as they stand there', async () => {
    const tested = await newVault();
    const source = folderWith({ 'a/deep/x': 'x', 'b/deep/x': 'x', 'b/deep/y': 'y' });
    utimesSync(join(source, 'a/deep/x'), 1, 1);
    utimesSync(join(source, 'b/deep/x'), 1, 1);
    const result = await tested.vault.backup(treeRequest(source));
    const expected = { files: result.files, bytes: result.bytesTotal };
    expect(expected).toStrictEqual({ files: 3, bytes: 3 });
    const { checks } = await tested.vault.verify({ snapshot: result.snapshot, level: 'standard', expected });
    expect(failed(checks)).toStrictEqual([]);
  });

  test('an index file that is lost or damaged later is noticed, although this process still knows it', async () => {
    const { folder, vault, snapshot } = await backup();
    const [name = ''] = readdirSync(join(folder, 'index'));
    const file = join(folder, 'index', name);
    const bytes = readFileSync(file);
    chmodSync(file, 0o600);
    writeFileSync(
      file,
      bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual(['index']);
    rmSync(file);
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual(['index']);
  });

  test('a damaged config, a damaged key slot, no key slot', async () => {
    const { folder, vault, snapshot } = await backup();
    const config = readFileSync(join(folder, 'config'));
    chmodSync(join(folder, 'config'), 0o600);
    writeFileSync(join(folder, 'config'), config.subarray(0, 30));
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual(['access']);
    writeFileSync(join(folder, 'config'), config);
    expect(failed((await vault.verify({ snapshot, level: 'basic' })).checks)).toStrictEqual([]);
    const [name = ''] = readdirSync(join(folder, 'keys'));
    rmSync(join(folder, 'keys', name));
    const { checks } = await vault.verify({ snapshot, level: 'basic' });
    expect(failed(checks)).toStrictEqual(['access']);
  });

  test('thorough holds a lock while it reads, and shows its bytes with their total', async () => {
    const { repository, snapshot } = await backup();
    const vault = vaultOn(repository, hastyClock());
    const seen: (readonly [number, number | undefined])[] = [];
    const locks: Promise<readonly string[]>[] = [];
    const onProgress = ({ bytes, bytesTotal }: TransferProgress): void => {
      seen.push([bytes, bytesTotal]);
      locks.push(repository.listIds('locks'));
    };
    await vault.verify({ snapshot, level: 'thorough', onProgress });
    const stored = seen.at(-1)?.[0] ?? 0;
    expect(stored).toBeGreaterThan(1_000_000);
    expect(seen.at(-1)).toStrictEqual([stored, stored]);
    expect(new Set(seen.map(([, total]) => total))).toStrictEqual(new Set([stored]));
    expect((await locks[0]) ?? []).toHaveLength(1);
    expect(await repository.listIds('locks')).toStrictEqual([]);
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
    expect(detailOf({ checks }, 'packs')).toMatch(/has 1000 bytes instead of \d+/);
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
    expect(failed((await vault.verify({ snapshot, level: 'thorough' })).checks)).toStrictEqual(['bytes']);
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
    expect(detailOf({ checks }, 'sizes')).toContain(': /b');
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
    const today = samplePacks(packs, { snapshot: 'snapshot', now: 20 * day });
    expect([today.length, new Set(today).size]).toStrictEqual([10, 10]);
    expect(samplePacks(packs, { snapshot: 'snapshot', now: 21 * day - 1 })).toStrictEqual(today);
    expect(samplePacks(packs.toReversed(), { snapshot: 'snapshot', now: 20 * day })).toStrictEqual(today);
    expect(samplePacks(packs, { snapshot: 'snapshot', now: 21 * day })).not.toStrictEqual(today);
    expect(samplePacks(packs, { snapshot: 'another', now: 20 * day })).not.toStrictEqual(today);
    expect(samplePacks(packs.slice(0, 10), { snapshot: 'snapshot', now: 0 })).toHaveLength(3);
    expect(samplePacks(packs.slice(0, 2), { snapshot: 'snapshot', now: 0 })).toHaveLength(2);
  });

  test('those that have waited longest go first; a pack that never passed, before all', () => {
    const checked = new Map(packs.map((id, i) => [id, 1000 + i] as const));
    checked.delete('pack 150');
    const chosen = samplePacks(packs, { snapshot: 'snapshot', now: day, verifiedAt: (id) => checked.get(id) });
    expect(chosen).toStrictEqual(['pack 150', ...packs.slice(0, 9)]);
  });

  test('with state kept, every pack has been read after twenty samples, whatever the day', () => {
    const checked = new Map<string, number>();
    for (let at = 0; at < 20; at += 1)
      for (const id of samplePacks(packs, { snapshot: 's', now: day, verifiedAt: (pack) => checked.get(pack) }))
        checked.set(id, at);
    expect(checked.size).toBe(packs.length);
  });

  test('within half a year every pack has been read', () => {
    const read = new Set<string>();
    for (let each = 0; each < 180; each += 1)
      for (const id of samplePacks(packs, { snapshot: 'snapshot', now: each * day })) read.add(id);
    expect(read.size).toBe(packs.length);
  });
});
