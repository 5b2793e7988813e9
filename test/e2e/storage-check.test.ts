import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, muster, musterJson } from './muster.ts';

const planText = `muster: 1
name: shop
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: ./primary }
  vault: { type: local, path: ./vault, appendOnly: true }
tiers:
  standard: { storage: { to: vault } }
systems:
  web: { tier: standard, source: { type: files, paths: [./web] } }
`;

async function shop(): Promise<string> {
  const folder = await folderWith({ 'muster.yaml': planText, 'web/index.html': '<h1>Shop</h1>' });
  await mkdir(join(folder, 'primary'));
  return folder;
}

interface Checked {
  readonly counts: Readonly<Record<string, number>>;
  readonly cases: readonly { readonly group: string; readonly name: string; readonly status: string }[];
  readonly left: { readonly names: readonly string[]; readonly reason: string } | null;
}

interface Status {
  readonly storage: readonly { readonly name: string; readonly tamperTest: object | null }[];
}

describe('storage check', () => {
  test('tells of every case, and leaves the place as it was', async () => {
    const cwd = await shop();
    const { exitCode, stdout } = await muster(['storage', 'check', 'primary'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^local .*\n\nput and get\n {2}✓ an empty object is an object\n/);
    expect(stdout).toMatch(/\n\d+ passed, 0 failed, \d+ not applicable, in .*\n$/);
    expect(await readdir(join(cwd, 'primary'))).toEqual(['tmp']);
    const json = await musterJson<Checked>(['storage', 'check', 'primary'], { cwd });
    expect(json.counts['passed']).toBeGreaterThan(50);
    expect(json.cases.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(json.left).toBeNull();
  });

  test('says what stays in a target that is append-only; backups go there, and prune does not', async () => {
    const cwd = await shop();
    for (let i = 0; i < 2; i += 1) expect(await muster(['backup', 'web'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await muster(['verify', '--level', 'thorough'], { cwd })).toMatchObject({ exitCode: 0 });
    const json = await musterJson<Checked>(['storage', 'check', 'vault'], { cwd });
    expect(json.counts['failed']).toBe(0);
    expect(json.left?.reason).toBe('the storage target is append-only');
    expect(json.left?.names.every((name) => name.startsWith('muster/check/'))).toBe(true);
    expect(await muster(['backup', 'web'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('a target that is not there, or not in the plan, is an error', async () => {
    const cwd = await shop();
    await rm(join(cwd, 'primary'), { recursive: true });
    expect(await muster(['storage', 'check', 'primary'], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('error[storage-missing]') as string,
    });
    expect(await muster(['storage', 'check', 'none'], { cwd })).toMatchObject({ exitCode: 2 });
  });

  test('the tamper test of a folder is honest, and status tells how old it is', async () => {
    const cwd = await shop();
    const before = await musterJson<Status>(['status'], { cwd });
    expect(before.storage.map(({ tamperTest }) => tamperTest)).toEqual([null, null]);
    const { exitCode, stdout } = await muster(['storage', 'check', 'primary', '--tamper'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('\n  destroy: done: the file was deleted\n');
    expect(stdout).toContain('\nunprotected: whoever has the credentials of the plan could destroy what is written.');
    expect(await readdir(join(cwd, 'primary'))).toEqual(['tmp']);
    const { stdout: status } = await muster(['status'], { cwd });
    expect(status).toMatch(/\ntamper test of primary: unprotected, .+ ago\n/);
    const after = await musterJson<Status>(['status'], { cwd });
    expect(after.storage.find(({ name }) => name === 'primary')?.tamperTest).toEqual({
      verdict: 'unprotected',
      at: expect.stringMatching(/^\d{4}-/) as string,
      age: expect.any(Number) as number,
    });
  });
});
