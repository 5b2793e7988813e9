import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, muster, musterJson } from './muster.ts';

/* Copies of backups in three folders that stand for three places; a place is down when a file stands where its folder was. */

interface Backups {
  readonly backups: readonly {
    readonly id: string;
    readonly status: string;
    readonly storage: readonly { readonly name: string; readonly status: string }[];
  }[];
}

interface Copied {
  readonly run: string | null;
  readonly status: string;
  readonly copies: readonly { readonly storage: string; readonly status: string; readonly from: string | null }[];
}

function planWith(replication: string): string {
  return `muster: 1
name: shop
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: ./primary, location: shop }
  office: { type: local, path: ./office, location: office }
  cellar: { type: local, path: ./cellar, location: cellar }
systems:
  web:
    source: { type: files, paths: [./web] }
    storage: { to: primary, copies: [office, cellar]${replication} }
    objectives: { rpo: 1h }
`;
}

async function shopWith(replication: string): Promise<string> {
  return await folderWith({ 'muster.yaml': planWith(replication), 'web/index.html': '<h1>shop</h1>' });
}

async function newest(cwd: string): Promise<Backups['backups'][number] | undefined> {
  return (await musterJson<Backups>(['backups'], { cwd })).backups[0];
}

function states(backup: Backups['backups'][number] | undefined): readonly string[] {
  return (backup?.storage ?? []).map(({ name, status }) => `${name} ${status}`);
}

test('a backup to a place that is down is partial, and copy heals it', async () => {
  const cwd = await shopWith('');
  await writeFile(join(cwd, 'office'), 'no folder');
  expect(await muster(['backup', 'web'], { cwd })).toMatchObject({ exitCode: 3 });
  const partial = await newest(cwd);
  expect(partial?.status).toBe('partial');
  expect(states(partial)).toEqual(['primary stored', 'office failed', 'cellar stored']);
  expect((await muster(['status'], { cwd })).stdout).toContain('it lacks its copy in office');

  expect(await musterJson<Copied>(['copy'], { cwd })).toMatchObject({
    status: 'failed',
    copies: [{ status: 'failed' }],
  });
  await rm(join(cwd, 'office'));
  expect((await muster(['copy', '--dry-run'], { cwd })).stdout).toMatch(
    /^ {2}1\. Copy the backup of web from .* to office\n$/,
  );
  expect(await musterJson<Copied>(['copy'], { cwd })).toMatchObject({
    status: 'succeeded',
    copies: [{ storage: 'office', status: 'stored', from: 'primary' }],
  });
  const healed = await newest(cwd);
  expect(healed?.status).toBe('succeeded');
  expect(states(healed)).toEqual(['primary stored', 'office stored', 'cellar stored']);
  expect(await musterJson<Copied>(['copy'], { cwd })).toEqual({ run: null, status: 'succeeded', copies: [] });
  expect(await muster(['verify', '--all-copies', '--level', 'thorough'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('copies that follow, and copies in batches, are told as they are', async () => {
  const cwd = await shopWith(', replication: { asynchronous: { retry: { limit: 1, interval: 1s } } }');
  await writeFile(join(cwd, 'cellar'), 'no folder');
  const { exitCode, stdout } = await muster(['backup', 'web'], { cwd });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/web: [0-9a-f]{8} to office from primary, .* stored/);
  expect(stdout).toMatch(/web: [0-9a-f]{8} to cellar: not copied: /);
  expect((await muster(['status'], { cwd })).stdout).toMatch(/web +cellar +all +1 +1h +at-risk/);

  await writeFile(join(cwd, 'muster.yaml'), planWith(', replication: { batch: { every: 1m } }'));
  const window = ['--from', '2026-01-01T00:00:00Z', '--until', '2026-01-01T00:02:00Z'];
  const { copies } = await musterJson<{ copies: object[] }>(['schedule', ...window], { cwd });
  expect(copies).toEqual([
    { at: '2026-01-01T00:00:00+00:00', system: 'web', to: ['office', 'cellar'] },
    { at: '2026-01-01T00:01:00+00:00', system: 'web', to: ['office', 'cellar'] },
  ]);
  await muster(['backup', 'web'], { cwd });
  expect(states(await newest(cwd))).toEqual(['primary stored', 'office waiting', 'cellar waiting']);
});
