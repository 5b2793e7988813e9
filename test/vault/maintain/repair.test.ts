import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { requireProgram } from '../../require.ts';
import { passphrase } from '../open-again.ts';
import {
  contentOf,
  folderWith,
  newVault,
  noise,
  pathsIn,
  temporaryFolder,
  treeRequest,
  type TestVault,
} from '../place.ts';
import { expectClean } from './history.ts';

const hasRestic = requireProgram('restic');
const mine = { tags: ['muster:system=shop'] };

interface Damaged extends TestVault {
  readonly source: string;
  readonly snapshot: string;
  /** Another backup, of other files. */
  readonly sound: string;
}

async function twoBackups(): Promise<Damaged> {
  const source = folderWith({ 'a/one': `one ${noise(400_000)}`, 'a/two': `two ${noise(50_000)}`, 'b/three': '3' });
  const tested = await newVault();
  const { snapshot } = await tested.vault.backup(treeRequest(source, mine));
  const other = folderWith({ 'c/four': `four ${noise(20_000)}` });
  const sound = await tested.vault.backup(treeRequest(other, { tags: ['muster:system=other'] }));
  return { ...tested, source, snapshot, sound: sound.snapshot };
}

function packOf({ repository, folder }: Damaged, type: 'data' | 'tree', nth = 0): string {
  const packs = [...repository.packs()].filter(({ blobs }) => blobs[0]?.type === type);
  const id = packs[nth]?.id ?? '';
  return join(folder, 'data', id.slice(0, 2), id);
}

function overwrite(path: string, at: number, bytes: string): void {
  chmodSync(path, 0o600);
  const content = readFileSync(path);
  content.write(bytes, at);
  writeFileSync(path, content);
}

/** As after a new start, and with index files passed over that can't be read. */
async function reopen(folder: string): Promise<Vault> {
  const store = openLocalStore({ folder });
  return await openVault({ store, passphrase, clock: systemClock, onDamagedIndex: () => undefined });
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function only(folder: string, kind: string): string {
  return join(folder, kind, readdirSync(join(folder, kind))[0] ?? '');
}

describe.runIf(hasRestic)('repair', () => {
  test('has nothing to do in a sound vault', async () => {
    const { folder, vault, snapshot } = await twoBackups();
    const nothing = { index: { damaged: [], wrong: [] }, packs: [], healed: 0, snapshots: [] };
    expect(await vault.repair({ mode: 'check' })).toStrictEqual(nothing);
    const before = namesIn(folder);
    expect(await vault.repair({ mode: 'repair' })).toStrictEqual(nothing);
    expect(namesIn(folder)).toStrictEqual(before);
    expect((await vault.snapshot(snapshot)).id).toBe(snapshot);
  });

  test('a changed byte costs the files that need it, and nothing else', async () => {
    const damaged = await twoBackups();
    const { folder, source, snapshot, sound } = damaged;
    overwrite(packOf(damaged, 'data'), 1000, 'damage');
    const vault = await reopen(folder);
    const check = await vault.repair({ mode: 'check' });
    expect(check.packs).toMatchObject([{ saved: 2, lost: 1, fault: 'its bytes do not fit its name' }]);
    expect(check.snapshots).toMatchObject([
      { id: snapshot, system: 'shop', outcome: 'repaired', lost: [{ path: `${source}/a/one` }] },
    ]);
    expect((await vault.snapshots()).map(({ id }) => id)).toContain(snapshot);
    const report = await vault.repair({ mode: 'repair' });
    const replacement = report.snapshots[0]?.replacement ?? '';
    expectClean(folder);
    expect(await pathsIn(vault, replacement, source)).toStrictEqual(['/a', '/a/two', '/b', '/b/three']);
    expect(await contentOf(vault, replacement, `${source}/a/two`)).toMatch(/^two /);
    expect(await vault.snapshot(replacement)).toMatchObject({
      original: snapshot,
      tags: ['muster:system=shop', 'muster:repaired'],
    });
    const left = (await vault.snapshots()).map(({ id }) => id);
    expect(left.sort()).toStrictEqual([replacement, sound].sort());
    expect(readdirSync(join(folder, 'muster/damaged/data'))).toHaveLength(1);
    expect(readdirSync(join(folder, 'muster/damaged/snapshots'))).toStrictEqual([snapshot]);
    expect(await vault.repair({ mode: 'repair' })).toMatchObject({ packs: [], snapshots: [] });
  });

  test('cut off between the new snapshot and the old one, the next repair makes no second one', async () => {
    const damaged = await twoBackups();
    const { folder, snapshot } = damaged;
    overwrite(packOf(damaged, 'data'), 1000, 'damage');
    const bytes = readFileSync(join(folder, 'snapshots', snapshot));
    const vault = await reopen(folder);
    const first = await vault.repair({ mode: 'repair' });
    writeFileSync(join(folder, 'snapshots', snapshot), bytes);
    const second = await vault.repair({ mode: 'repair' });
    expect(second.snapshots[0]?.replacement).toBe(first.snapshots[0]?.replacement);
    expect(await vault.snapshots()).toHaveLength(2);
    expectClean(folder);
  });

  test('of a pack that was cut off, what is before the cut is saved', async () => {
    const damaged = await twoBackups();
    const path = packOf(damaged, 'data');
    chmodSync(path, 0o600);
    truncateSync(path, readFileSync(path).length - 200);
    const vault = await reopen(damaged.folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.packs[0]?.saved).toBeGreaterThanOrEqual(2);
    expectClean(damaged.folder);
  });

  test('a missing pack costs what was in it', async () => {
    const damaged = await twoBackups();
    rmSync(packOf(damaged, 'data'));
    const vault = await reopen(damaged.folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.packs).toMatchObject([{ fault: 'it is missing', saved: 0 }]);
    expect(report.snapshots[0]?.lost.map(({ path }) => path.slice(damaged.source.length))).toStrictEqual([
      '/a/one',
      '/a/two',
      '/b/three',
    ]);
    expectClean(damaged.folder);
  });

  test('lost folders: a top folder that is lost takes the snapshot along; others become empty', async () => {
    const damaged = await twoBackups();
    rmSync(packOf(damaged, 'tree'));
    const vault = await reopen(damaged.folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.snapshots).toMatchObject([{ id: damaged.snapshot, outcome: 'unreadable', lost: [{ path: '/' }] }]);
    expect((await vault.snapshots()).map(({ id }) => id)).toStrictEqual([damaged.sound]);
    expectClean(damaged.folder);
  });

  test('a folder inside that is lost becomes an empty one', async () => {
    const damaged = await twoBackups();
    const { folder, repository, source } = damaged;
    const first = [...repository.packs()].find(({ blobs }) => blobs[0]?.type === 'tree')?.blobs[0];
    overwrite(packOf(damaged, 'tree'), (first?.offset ?? 0) + 40, 'damage');
    const vault = await reopen(folder);
    const report = await vault.repair({ mode: 'repair' });
    const [broken] = report.snapshots;
    expect(broken?.lost).toHaveLength(1);
    expect(broken?.lost[0]?.path.startsWith(source)).toBe(true);
    expectClean(folder);
    const paths = await pathsIn(vault, broken?.replacement ?? '', source);
    expect(paths).toContain('/a');
    expect(paths).toContain('/b');
  });

  test.each(['damaged', 'missing'])('an index file that is %s is made anew; nothing is lost', async (how) => {
    const { folder } = await twoBackups();
    const file = only(folder, 'index');
    if (how === 'missing') rmSync(file);
    else overwrite(file, 40, 'damage');
    const vault = await reopen(folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.index.wrong.length).toBeGreaterThan(0);
    expect(report.index.damaged).toHaveLength(how === 'missing' ? 0 : 1);
    expect(report).toMatchObject({ packs: [], snapshots: [] });
    expectClean(folder);
  });

  test('everything at once: index gone, a pack cut off', async () => {
    const damaged = await twoBackups();
    for (const name of readdirSync(join(damaged.folder, 'index'))) rmSync(join(damaged.folder, 'index', name));
    const path = packOf(damaged, 'data');
    chmodSync(path, 0o600);
    truncateSync(path, 1000);
    const vault = await reopen(damaged.folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.packs).toMatchObject([{ saved: 0, lost: 0 }]);
    expect(report.snapshots).toHaveLength(1);
    expectClean(damaged.folder);
  });

  test('a snapshot object that is damaged is put aside', async () => {
    const { folder, snapshot, sound } = await twoBackups();
    overwrite(join(folder, 'snapshots', snapshot), 40, 'damage');
    const vault = await reopen(folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.snapshots).toMatchObject([{ id: snapshot, outcome: 'unreadable' }]);
    expect(existsSync(join(folder, 'muster/damaged/snapshots', snapshot))).toBe(true);
    expect((await vault.snapshots()).map(({ id }) => id)).toStrictEqual([sound]);
    expectClean(folder);
  });

  test('a snapshot that muster did not make stays as it is, unless it is named', async () => {
    const source = folderWith({ x: noise(5000) });
    const { folder, vault: first, repository } = await newVault();
    const { snapshot } = await first.backup(treeRequest(source));
    rmSync(packOf({ folder, repository, vault: first, source, snapshot, sound: '' }, 'data'));
    const vault = await reopen(folder);
    const report = await vault.repair({ mode: 'repair' });
    expect(report.snapshots).toMatchObject([{ id: snapshot, system: undefined, outcome: 'left' }]);
    expect((await vault.snapshots()).map(({ id }) => id)).toStrictEqual([snapshot]);
    const named = await vault.repair({ mode: 'repair', foreign: [snapshot] });
    expect(named.snapshots).toMatchObject([{ outcome: 'repaired' }]);
    expectClean(folder);
  });

  test('what is lost is taken from a copy, and then nothing is lost', async () => {
    const damaged = await twoBackups();
    const copy = await newVault();
    await damaged.vault.copyTo(copy.vault, damaged.snapshot);
    rmSync(packOf(damaged, 'data'));
    overwrite(packOf(damaged, 'tree'), 50, 'damage');
    const vault = await reopen(damaged.folder);
    const check = await vault.repair({ mode: 'check', donors: [copy.vault] });
    expect(check).toMatchObject({ snapshots: [] });
    expect(check.healed).toBeGreaterThan(2);
    const report = await vault.repair({ mode: 'repair', donors: [copy.vault] });
    expect(report).toMatchObject({ healed: check.healed, snapshots: [] });
    expectClean(damaged.folder);
    const target = temporaryFolder();
    const restored = await vault.restore({ snapshot: damaged.snapshot, target, overwrite: 'never' });
    expect(restored.faults).toStrictEqual([]);
  });

  test('a copy that is damaged too gives what it has', async () => {
    const damaged = await twoBackups();
    const copy = await newVault();
    await damaged.vault.copyTo(copy.vault, damaged.snapshot);
    rmSync(packOf(damaged, 'data'));
    overwrite(packOf({ ...damaged, ...copy }, 'data'), 1000, 'damage');
    const vault = await reopen(damaged.folder);
    const report = await vault.repair({ mode: 'repair', donors: [copy.vault] });
    expect(report.healed).toBe(2);
    expect(report.snapshots[0]?.lost).toMatchObject([{ path: `${damaged.source}/a/one` }]);
    expectClean(damaged.folder);
  });
});
