import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { folderWith, muster, musterJson, program } from './muster.ts';

/* What cannot be read, and what is no longer there, is listed; and less than was asked is never called a success. */

const plan = `muster: 1
name: missing
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second }
retention: { few: { keep: { last: 3 } } }
tiers: { standard: { storage: { to: primary, copies: [second] }, retention: few } }
systems: { files: { tier: standard, source: { type: files, paths: [./data] } } }
`;

describe('a backup of what may not be read', () => {
  test('is partial, lists it, and so says its restore', async () => {
    const folder = await folderWith({ 'muster.yaml': plan, 'data/open': 'x', 'data/secret': 'y' });
    await mkdir(join(folder, 'data/closed'));
    for (const name of ['secret', 'closed']) await chmod(join(folder, 'data', name), 0);
    const backup = await asOrdinaryUser(['backup', '--all'], folder);
    expect(backup.exitCode).toBe(3);
    for (const name of ['secret', 'closed'])
      expect(backup.stdout).toContain(`\n    unreadable: ${join(folder, 'data', name)}: permission denied`);
    const json = JSON.parse((await asOrdinaryUser(['backup', '--all', '--json'], folder)).stdout) as object;
    const path = join(folder, 'data/closed');
    expect(json).toMatchObject({
      status: 'partial',
      backups: [{ status: 'partial', files: 1, faults: [{ path, kind: 'unreadable' }, { kind: 'unreadable' }] }],
    });
    expect((await muster(['status'], { cwd: folder })).stdout).toContain('files: the newest backup is partial');
    const restored = await muster(['restore', 'files', '--to', 'restored'], { cwd: folder });
    expect(restored.stdout).toMatch(/^note: the backup is partial: muster runs \S+ lists what it lacks$/m);
    await chmod(path, 0o700);
  });
});

describe('a restore from damaged storage', () => {
  test('takes from the second target what the first has lost, and lists what both have lost', async () => {
    const folder = await folderWith({ 'muster.yaml': plan });
    await mkdir(join(folder, 'data'));
    const photo = randomBytes(300_000);
    await writeFile(join(folder, 'data/photo'), photo);
    await muster(['backup', '--all'], { cwd: folder });
    await removeLargestPack(join(folder, 'primary'));
    expect(await muster(['verify'], { cwd: folder })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('FAILED') as unknown,
    });
    const fromBoth = await muster(['restore', 'files', '--to', 'restored'], { cwd: folder });
    expect(fromBoth.exitCode).toBe(0);
    expect(fromBoth.stdout).toMatch(/\n {2}what primary could not give came from second: 1 part, 293\.\d KiB\n/);
    expect((await readFile(join(folder, 'restored', folder, 'data/photo'))).equals(photo)).toBe(true);

    const fromOne = await musterJson(['restore', 'files', '--to', 'one', '--from', 'primary'], { cwd: folder });
    await removeLargestPack(join(folder, 'second'));
    const fromNone = await musterJson(['restore', 'files', '--to', 'none'], { cwd: folder });
    const missing = [{ path: join(folder, 'data/photo'), kind: 'missing' }, { kind: 'entries' }];
    for (const outcome of [fromOne, fromNone]) expect(outcome).toMatchObject({ status: 'partial', files: 0, missing });
    expect(await muster(['restore', 'files', '--in-place'], { cwd: folder })).toMatchObject({ exitCode: 3 });
    expect((await readFile(join(folder, 'data/photo'))).equals(photo)).toBe(true);
  });

  test('that is gone altogether fails, and says so of each target', async () => {
    const folder = await folderWith({ 'muster.yaml': plan, 'data/file': 'x' });
    await muster(['backup', '--all'], { cwd: folder });
    for (const name of ['primary', 'second']) await rm(join(folder, name), { recursive: true });
    const { exitCode, stdout } = await muster(['restore', 'files', '--to', 'restored'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^nothing restored: no copy of backup .* can be used: primary: .*; second: /);
    expect(await readdir(folder)).not.toContain('restored');
  });
});

/** Root may read everything; without two of its powers it may not. */
async function asOrdinaryUser(args: readonly string[], cwd: string) {
  const powerless = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'];
  const [command = '', ...rest] = [...(process.getuid?.() === 0 ? powerless : []), process.execPath, program, ...args];
  const env = { MUSTER_PASSPHRASE: 'correct horse battery staple', NO_COLOR: '1' };
  return await execa(command, rest, { cwd, env, reject: false });
}

async function removeLargestPack(vault: string): Promise<void> {
  const packs = (await readdir(join(vault, 'data'), { recursive: true })).filter((name) => name.length === 67);
  const sizes = await Promise.all(packs.map(async (name) => (await stat(join(vault, 'data', name))).size));
  await rm(join(vault, 'data', packs[sizes.indexOf(Math.max(...sizes))] ?? ''));
}
