import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { folderWith, muster, musterJson, program, temporaryFolder } from './muster.ts';
import { makeShop } from './shop.ts';

const small = `muster: 1
name: small
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage: { primary: { type: local, path: ./vault } }
retention: { few: { keep: { last: 3 } } }
tiers: { standard: { storage: { to: primary }, retention: few } }
systems: { files: { tier: standard, source: { type: files, paths: [./data] } } }
`;

describe('the plan', () => {
  test('is muster.yaml in this folder or the nearest parent, or what --plan names', async () => {
    const folder = await folderWith({
      'muster.yaml': small,
      'inner/muster.yaml': small.replace('name: small', 'name: inner'),
      'inner/deep/er/file': '',
      'other.yaml': small.replace('files:', 'others:'),
    });
    const nearest = await muster(['validate'], { cwd: join(folder, 'inner/deep/er') });
    expect(nearest.stdout).toContain(`${join(folder, 'inner/muster.yaml')} is valid`);
    const named = await musterJson(['status', '--plan', '../../../other.yaml'], { cwd: join(folder, 'inner/deep/er') });
    expect(named).toMatchObject({ systems: [{ name: 'others' }] });
    const before = await musterJson(['--plan', 'other.yaml', 'status'], { cwd: folder });
    expect(before).toMatchObject({ systems: [{ name: 'others' }] });
  });

  test('is a folder muster/ with several files', async () => {
    const [head = '', tail = ''] = small.split('\nretention:');
    const folder = await folderWith({ 'muster/a.yaml': head, 'muster/b.yaml': `retention:${tail}` });
    expect(await musterJson(['graph'], { cwd: folder })).toMatchObject({ order: [['files']] });
    expect(await muster(['validate', 'muster'], { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('may have the name of a command', async () => {
    const folder = await folderWith({ demo: small });
    const { exitCode, stdout } = await muster(['--plan', 'demo', 'validate'], { cwd: folder });
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('demo is valid') as unknown,
    });
  });

  test('that is nowhere is said with what to do, and the exit code is 2', async () => {
    const nowhere = await muster(['status'], { cwd: await temporaryFolder() });
    expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
    expect(nowhere.stderr).toMatch(/^error\[plan-missing\]: .*\n {2}hint: .*muster init\.\n$/);
  });

  test('with errors is shown with its places, and never as a stack', async () => {
    const folder = await folderWith({ 'muster.yaml': `${small}sistems: {}\n` });
    for (const args of [['validate'], ['backup', '--all'], ['status', '--verbose']]) {
      const { exitCode, stdout, stderr } = await muster(args, { cwd: folder });
      expect(exitCode).toBe(2);
      expect(stdout + stderr).toMatch(/error\[unknown-key\]: .*\n +--> muster\.yaml:8:1\n/);
      expect(stdout + stderr).not.toMatch(/\n\s+at /);
    }
  });

  test('findings of several plans are one document in each format', async () => {
    const folder = await folderWith({ 'a.yaml': `${small}x: 1\n`, 'b.yaml': `${small}y: 1\n` });
    const formatted = async (...args: readonly string[]): Promise<string> =>
      (await muster(['validate', 'a.yaml', 'b.yaml', ...args], { cwd: folder })).stdout;
    const files = ['a.yaml', 'b.yaml'];
    const json = JSON.parse(await formatted('--json')) as { diagnostics: { file: string }[] };
    expect(json.diagnostics.map(({ file }) => file)).toEqual(files);
    expect(JSON.parse(await formatted('--format', 'json'))).toEqual(json);
    const sarif = JSON.parse(await formatted('--format', 'sarif')) as { runs: { results: unknown[] }[] };
    expect(sarif.runs.map(({ results }) => results.length)).toEqual([2]);
    expect(await formatted('--format', 'github')).toMatch(/^::error file=a\.yaml,.*\n::error file=b\.yaml,.*\n$/);
  });
});

describe('the state', () => {
  test('is .muster beside the plan, or where --state or MUSTER_STATE says', async () => {
    const folder = await folderWith({ 'muster.yaml': small, 'data/file': 'x', 'inner/file': '' });
    const cwd = join(folder, 'inner');
    await muster(['backup', '--all'], { cwd });
    await muster(['notify', 'x', '--to', 'y'], { cwd });
    expect((await readdir(folder)).toSorted()).toEqual(['.muster', 'data', 'inner', 'muster.yaml', 'vault']);
    const runsOf = async (args: readonly string[], env = {}): Promise<number> =>
      (await musterJson<{ runs: unknown[] }>(['runs', ...args], { cwd, env })).runs.length;
    expect(await runsOf([])).toBe(1);
    expect(await runsOf([], { MUSTER_STATE: '' })).toBe(1);
    expect(await runsOf(['--state', '../.muster'])).toBe(1);
    expect(await runsOf([], { MUSTER_STATE: '../other' })).toBe(0);
    expect(await runsOf(['--state', '../.muster'], { MUSTER_STATE: '../other' })).toBe(1);
    expect(await readdir(folder)).not.toContain('other');
  });

  test('that is no folder is refused by what reads it and by what writes it', async () => {
    const folder = await folderWith({ 'muster.yaml': small, 'data/file': 'x', file: '' });
    for (const args of [['status'], ['backup', '--all']]) {
      const { exitCode, stderr } = await muster([...args, '--state', 'file'], { cwd: folder });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error\[/) as unknown });
    }
  });
});

test('what only reads, and what only says what it would do, leaves the world as it was', async () => {
  const shop = await makeShop(5);
  const before = (await readdir(shop.folder, { recursive: true })).toSorted();
  const commands = [
    ['validate'],
    ['preview'],
    ['schedule'],
    ['graph'],
    ['status'],
    ['runs'],
    ['backups'],
    ['show', 'feedfeed'],
    ['files', 'feedfeed'],
    ['verify'],
    ['backup', '--all', '--dry-run'],
    ['restore', 'orders', '--to', 'elsewhere', '--dry-run'],
    ['recover', 'rebuild'],
    ['notify', 'recovery-started', '--to', 'team', '--dry-run'],
    ['notify', 'recovery-started', '--to', 'nobody'],
  ];
  await Promise.all(commands.map((args) => muster(args, { cwd: shop.folder })));
  expect((await readdir(shop.folder, { recursive: true })).toSorted()).toEqual(before);
});

describe('what is printed', () => {
  test('--quiet leaves the result only', async () => {
    const folder = await folderWith({ 'muster.yaml': small, 'data/file': 'x' });
    const called = await muster(['backup', '--all', '--quiet'], { cwd: folder });
    expect(called).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^files: /) as unknown });
  });

  test('unknown commands and options are met with what may have been meant', async () => {
    const cwd = await temporaryFolder();
    const hints = async (...args: readonly string[]): Promise<string> => (await muster(args, { cwd })).stderr;
    expect(await hints('bakcup')).toBe("error[usage]: unknown command 'bakcup'\n  hint: Did you mean backup?\n");
    expect(await hints('backup', '--al')).toBe("error[usage]: unknown option '--al'\n  hint: Did you mean --all?\n");
    expect(await hints('recover')).toBe(
      "error[usage]: missing required argument 'runbook'\n  hint: See muster recover --help.\n",
    );
  });

  test('a reader that goes away early is no fault', async () => {
    const folder = await folderWith({ 'muster.yaml': small });
    const shell = `set -o pipefail; "${process.execPath}" "${program}" schedule --from 2026-01-01 --until 2027-01-01 | true`;
    expect(await execa('bash', ['-c', shell], { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
    const full = `"${process.execPath}" "${program}" status > /dev/full`;
    const failed = await execa('bash', ['-c', full], { cwd: folder, reject: false });
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ENOSPC') as unknown });
  });
});
