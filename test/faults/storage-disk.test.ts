import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../src/base/error.ts';
import type { Called } from '../e2e/muster.ts';
import { startMuster } from '../e2e/started.ts';
import { requireProgram } from '../require.ts';
import { startRestServer } from '../servers/rest-server.ts';
import { compareTrees } from '../vault/compare-trees.ts';
import { isRoot } from '../vault/place.ts';
import { canMount } from './mounting.ts';
import { addNoise, makeSite, restic, run, runJson } from './shop.ts';

/*
 * A disk of this machine is full: the one with the journal, before and in the middle of a backup, and the one with the
 * cache. That of the first target is in store.test.ts.
 */

let site: string;
let mounted: string | undefined;

beforeEach(() => {
  site = makeSite();
});

afterEach(() => {
  if (mounted !== undefined) execFileSync('umount', ['--lazy', mounted]);
  mounted = undefined;
  rmSync(site, { recursive: true, force: true });
});

/** A small disk at a folder of the site. */
function mountAt(name: string, size: string): string {
  const folder = join(site, name);
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  mounted = folder;
  return folder;
}

function fill(folder: string): void {
  const file = openSync(join(folder, 'fill'), 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

describe.runIf(requireProgram('restic') && isRoot && canMount())('a full disk', { timeout: 120_000 }, () => {
  test('with the journal: nothing is done, one message says so, and the next run works', async () => {
    const state = mountAt('.muster', '2m');
    expect(await run(['backup', 'web'], { cwd: site })).toMatchObject({ exitCode: 0 });
    fill(state);
    expectFull(await run(['backup', 'web'], { cwd: site }));
    expect(readdirSync(join(site, 'vault/snapshots'))).toHaveLength(1);
    rmSync(join(state, 'fill'));
    await expectNextWorks(2);
  });

  test('with the journal, in the middle of a backup: it fails, and the next one completes it', async () => {
    const state = mountAt('.muster', '2m');
    expect(await run(['backup', 'web'], { cwd: site })).toMatchObject({ exitCode: 0 });
    addNoise(site, 'more', 60_000_000);
    const before = packs();
    const backup = startMuster(['backup', 'web'], { cwd: site });
    while (packs() === before) await sleep(5);
    fill(state);
    expectFull(await backup.ended);
    expect(readdirSync(join(site, 'vault/locks'))).toEqual([]);
    rmSync(join(state, 'fill'));
    // What was stored and could not be recorded is not in the catalog.
    await expectNextWorks(2);
    const { runs } = await runJson<{ runs: readonly { status: string }[] }>(['runs'], { cwd: site });
    expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'interrupted', 'succeeded']);
  });

  test('with the cache of a vault on a server does not matter', async () => {
    await using server = await startRestServer({ folder: join(site, 'served') });
    const url = `http://127.0.0.1:${server.port}/vault/`;
    writeFileSync(
      join(site, 'muster.yaml'),
      `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage: { far: { type: rest, url: "${url}" } }
systems: { web: { storage: { to: far }, source: { type: files, paths: [./web] } } }
`,
    );
    const cache = mountAt('.muster/cache', '64k');
    for (let at = 0; at < 3; at += 1) {
      addNoise(site, `new ${at}`, 100_000);
      expect(await run(['backup', 'web'], { cwd: site })).toMatchObject({ exitCode: 0 });
      if (at === 0) fill(cache);
    }
    expect(statfsSync(cache).bavail).toBe(0);
    await expectRestored();
    expect(await restic(`rest:${url}`, 'check', '--read-data')).toContain('no errors were found');
  });
});

function packs(): number {
  return readdirSync(join(site, 'vault/data'), { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    .length;
}

function expectFull({ exitCode, stdout, stderr }: Pick<Called, 'stdout' | 'stderr'> & { exitCode: unknown }): void {
  expect(exitCode).toBe(1);
  expect(stdout + stderr).toMatch(/the disk is full: the journal \S+journal.db[^]*hint: Free space on that disk/);
  expect((stdout + stderr).match(/hint: /g)).toHaveLength(1);
}

async function expectNextWorks(backups: number): Promise<void> {
  expect(await run(['backup', 'web'], { cwd: site })).toMatchObject({ exitCode: 0 });
  expect((await runJson<{ backups: readonly object[] }>(['backups'], { cwd: site })).backups).toHaveLength(backups);
  await expectRestored();
  expect(await restic(join(site, 'vault'), 'check', '--read-data')).toContain('no errors were found');
}

async function expectRestored(): Promise<void> {
  const target = join(site, 'restored');
  expect(await run(['restore', 'web', '--to', target], { cwd: site })).toMatchObject({ exitCode: 0 });
  expect(compareTrees(join(site, 'web'), join(target, site, 'web'))).toStrictEqual([]);
  rmSync(target, { recursive: true });
}
