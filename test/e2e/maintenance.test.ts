import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { folderWith, muster, musterJson } from './muster.ts';

const password = 'correct horse battery staple';

const planText = `muster: 1
name: shop
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second }
retention:
  few: { keep: { last: 2 } }
tiers:
  standard: { storage: { to: primary, copies: [second] }, retention: few }
systems:
  web: { tier: standard, source: { type: files, paths: [./web] } }
`;

interface Backups {
  readonly backups: readonly { readonly id: string; readonly status: string; readonly storage: readonly object[] }[];
}

interface Pruned {
  readonly decisions: readonly { readonly backup: string; readonly action: string; readonly held?: boolean }[];
  readonly removed: number;
  readonly bytesFreed: number;
  readonly wouldRemove?: number;
  readonly wouldFree?: number;
}

describe.runIf(requireProgram('restic'))('maintenance', () => {
  test('prune removes on every target what retention decides, and shows it before', async () => {
    const folder = await shopWith(4);
    const dry = await musterJson<Pruned>(['prune', '--dry-run'], { cwd: folder });
    expect(dry).toMatchObject({ removed: 0, bytesFreed: 0, wouldRemove: 2 });
    expect(dry.wouldFree).toBeGreaterThan(100_000);
    expect((await listed(folder)).backups).toHaveLength(4);
    expect(await muster(['prune', '--max-delete', '40%'], { cwd: folder })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('error[too-much-to-remove]: 2 of 4 backups of web (by hand)') as string,
    });
    const pruned = await musterJson<Pruned>(['prune'], { cwd: folder });
    expect(pruned.decisions).toStrictEqual(dry.decisions);
    expect(pruned.removed).toBe(2);
    expect(Math.abs(pruned.bytesFreed - (dry.wouldFree ?? 0))).toBeLessThan(2000);
    const left = pruned.decisions.flatMap(({ action, backup }) => (action === 'keep' ? backup : []));
    expect((await listed(folder)).backups.map(({ id }) => id).toSorted()).toStrictEqual(left.toSorted());
    for (const name of ['primary', 'second']) {
      expect(await readdir(join(folder, name, 'snapshots'))).toHaveLength(2);
      await expectClean(folder, name);
    }
    expect(await musterJson<Pruned>(['prune'], { cwd: folder })).toMatchObject({ removed: 0, bytesFreed: 0 });
    expect(await muster(['backup', 'web'], { cwd: folder })).toMatchObject({ exitCode: 0 });
    expect(await muster(['verify'], { cwd: folder })).toMatchObject({ exitCode: 0 });
    const { runs } = await musterJson<{ runs: { kind: string }[] }>(['runs'], { cwd: folder });
    expect(runs.filter(({ kind }) => kind === 'maintain')).toHaveLength(2);
  });

  test('snapshots of others stay, a lock of restic blocks, and a target that is away is made up for', async () => {
    const folder = await shopWith(3);
    await restic(folder, 'primary', 'backup', join(folder, 'web'));
    const other = await restic(folder, 'primary', 'snapshots', '--json');
    expect(JSON.parse(other)).toHaveLength(4);
    const holder = execa('restic', ['-r', join(folder, 'primary'), 'backup', '--stdin'], {
      env: { RESTIC_PASSWORD: password },
      stdin: 'pipe',
    });
    while ((await readdir(join(folder, 'primary/locks'))).length === 0) await new Promise(setImmediate);
    await rm(join(folder, 'second'), { recursive: true });
    expect(await muster(['prune'], { cwd: folder })).toMatchObject({ exitCode: 11 });
    expect((await listed(folder)).backups).toHaveLength(3);
    holder.stdin?.end('held');
    await holder;
    const pruned = await musterJson<Pruned>(['prune'], { cwd: folder });
    expect(pruned.removed).toBe(0);
    const [, , oldest] = (await listed(folder)).backups;
    expect(oldest?.storage).toMatchObject([{ name: 'second' }]);
    expect(JSON.parse(await restic(folder, 'primary', 'snapshots', '--json'))).toHaveLength(4);
    await expectClean(folder, 'primary');
  });

  test('what looks like an attack is held back until somebody says that it is all right', async () => {
    const folder = await shopWith(3);
    await rm(join(folder, 'web/big'));
    await muster(['backup', 'web'], { cwd: folder });
    const { exitCode, stdout } = await muster(['prune'], { cwd: folder });
    expect([exitCode, stdout]).toStrictEqual([3, expect.stringContaining('less than half as big')]);
    expect((await listed(folder)).backups).toHaveLength(4);
    expect((await muster(['prune', '--override-guard'], { cwd: folder })).exitCode).toBe(2);
    const args = ['prune', '--override-guard', '--reason', 'big is no longer needed'];
    expect((await muster(args, { cwd: folder })).exitCode).toBe(0);
    expect((await listed(folder)).backups).toHaveLength(2);
  });

  test('compare tells what differs', async () => {
    const folder = await shopWith(2);
    const { backups } = await listed(folder);
    const ids = backups.map(({ id }) => id.slice(0, 12)).toReversed();
    const { stdout } = await muster(['compare', ...ids], { cwd: folder });
    expect(stdout).toContain(`M ${join(folder, 'web/big')}`);
    expect(stdout).toContain(`+ ${join(folder, 'web/file-1')}`);
    const { differences } = await musterJson<{ differences: object[] }>(['compare', ...ids], { cwd: folder });
    expect(differences).toContainEqual({
      path: join(folder, 'web/file-1'),
      kind: 'added',
      sizeBefore: null,
      sizeAfter: 1,
    });
  });

  test('repair takes what is lost from the other target; without one it says what is lost, and keeps the rest', async () => {
    const folder = await shopWith(2);
    expect(await muster(['repair', 'primary', '--dry-run'], { cwd: folder })).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing is damaged.\n',
    });
    await damage(folder);
    expect((await muster(['backup', 'web'], { cwd: folder })).exitCode).toBe(1);
    expect((await muster(['repair', 'primary', '--dry-run'], { cwd: folder })).exitCode).toBe(3);
    const mended = await musterJson<{ healed: number; snapshots: object[] }>(['repair', 'primary'], { cwd: folder });
    expect(mended.healed).toBeGreaterThan(0);
    expect(mended.snapshots).toStrictEqual([]);
    await expectClean(folder, 'primary');
    await damage(folder);
    await rm(join(folder, 'second'), { recursive: true });
    const broken = await muster(['repair', 'primary'], { cwd: folder });
    expect(broken.exitCode).toBe(3);
    expect(broken.stdout).toContain(`lost: ${join(folder, 'web')}/`);
    await expectClean(folder, 'primary');
    const { backups } = await listed(folder);
    expect(backups.length).toBeGreaterThan(0);
    expect((await muster(['repair', 'primary', '--dry-run'], { cwd: folder })).exitCode).toBe(0);
    expect((await muster(['repair', 'elsewhere'], { cwd: folder })).exitCode).toBe(2);
  });
});

/** A shop with so many backups, each of which has something of its own. */
async function shopWith(backups: number): Promise<string> {
  const folder = await folderWith({ 'muster.yaml': planText, 'web/index.html': '<h1>shop</h1>' });
  for (let i = 0; i < backups; i += 1) {
    await writeFile(join(folder, 'web', `file-${i}`), `${i}`);
    await writeFile(join(folder, 'web', 'big'), compressible(i));
    expect(await muster(['backup', 'web'], { cwd: folder })).toMatchObject({ exitCode: 0 });
  }
  return folder;
}

/** About two bytes in five: what an attacker's encryption would not be. */
function compressible(seed: number): string {
  let [state, text] = [seed + 1, ''];
  while (text.length < 400_000) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += `${state} `;
  }
  return text;
}

/** The largest pack goes, and the index is not what it was. */
async function damage(folder: string): Promise<void> {
  const data = join(folder, 'primary/data');
  const packs = (await readdir(data, { recursive: true })).filter((name) => name.length > 60);
  const sizes = await Promise.all(packs.map(async (name) => ({ name, size: (await stat(join(data, name))).size })));
  await rm(join(data, sizes.toSorted((a, b) => b.size - a.size)[0]?.name ?? ''));
  const [index = ''] = await readdir(join(folder, 'primary/index'));
  await rm(join(folder, 'primary/index', index));
  await writeFile(join(folder, 'primary/index', index), 'damage');
}

async function listed(folder: string): Promise<Backups> {
  return await musterJson<Backups>(['backups'], { cwd: folder });
}

async function restic(folder: string, name: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa('restic', ['-r', join(folder, name), '--no-cache', ...args], {
    env: { RESTIC_PASSWORD: password },
  });
  return stdout;
}

async function expectClean(folder: string, name: string): Promise<void> {
  expect(await restic(folder, name, 'check', '--read-data')).toContain('no errors were found');
}
