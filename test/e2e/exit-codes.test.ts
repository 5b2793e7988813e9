import { randomBytes } from 'node:crypto';
import { access, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { openRepository } from '../../src/vault/open.ts';
import { folderWith, muster, musterJson } from './muster.ts';
import { makeShop, type Shop } from './shop.ts';
import { startMuster } from './started.ts';

interface Runs {
  readonly runs: readonly { readonly id: string; readonly status: string }[];
}

/** Its backup waits until the file `go` is there, or the whole folder gone: muster asks a command for the passphrase. */
const waitingPlan = `muster: 1
name: waiting
keys:
  main: { passphrase: { command: [sh, -c, "until [ -e go ] || [ ! -e muster.yaml ]; do sleep 0.02; done; echo 'open sesame'"] } }
storage: { primary: { type: local, path: ./vault } }
retention: { few: { keep: { last: 3 } } }
tiers: { standard: { storage: { to: primary }, retention: few } }
systems:
  files: { tier: standard, source: { type: files, paths: [./data] } }
`;

describe('stopped by a signal: 130, on record as cancelled, and no lock is left', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s', async (signal) => {
    const folder = await folderWith({ 'muster.yaml': waitingPlan, 'data/file': 'x', go: '' });
    await muster(['backup', '--all'], { cwd: folder });
    await writeFile(join(folder, 'data/large'), randomBytes(64 * 1024 * 1024));
    const locks = join(folder, 'vault/locks');
    const locked = firstFileIn(locks);
    const run = startMuster(['backup', 'files', '--json'], { cwd: folder });
    await locked;
    run.kill(signal);
    const { exitCode, stdout, stderr } = await run.ended;
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('Stopping') as unknown,
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled', backups: [{ id: null, system: 'files' }] });
    expect(await readdir(locks)).toEqual([]);
    const { runs } = await musterJson<Runs>(['runs'], { cwd: folder });
    expect(runs.map(({ status }) => status)).toEqual(['cancelled', 'succeeded']);
    expect(await muster(['backup', 'files'], { cwd: folder })).toMatchObject({ exitCode: 0 });
  });

  test('the second one ends it at once, and the next start names what was interrupted', async () => {
    const folder = await folderWith({ 'muster.yaml': waitingPlan, 'data/file': 'x' });
    const run = startMuster(['backup', '--all', '--verbose'], { cwd: folder });
    await run.said('attempt 1');
    run.kill('SIGINT');
    await run.said('Stopping');
    run.kill('SIGINT');
    expect(await run.ended).toMatchObject({ exitCode: 130 });
    expect(await nextStart(folder)).toMatch(interrupted);
  });
});

test('kill -9: the next start names the run, and it stays on record as interrupted', async () => {
  const folder = await folderWith({ 'muster.yaml': waitingPlan, 'data/file': 'x' });
  const run = startMuster(['backup', '--all', '--verbose'], { cwd: folder });
  await run.said('attempt 1');
  run.kill('SIGKILL');
  await run.ended;
  expect(await nextStart(folder)).toMatch(interrupted);
});

const interrupted = /^! Run \S+ \(backup files\) was interrupted: .* came: backup\/files\.\n$/;

/** What the next start says, which the one after it does not say again. */
async function nextStart(folder: string): Promise<string> {
  const { stdout, stderr } = await muster(['backups'], { cwd: folder });
  const { runs } = await musterJson<Runs>(['runs'], { cwd: folder });
  return stdout === 'There is no backup.\n' && runs[0]?.status === 'interrupted' ? stderr : stdout;
}

describe('11: somebody else is at it', () => {
  test('a second backup of the same system is refused, naming the holder; another system is not', async () => {
    const folder = await folderWith({
      'muster.yaml': `${waitingPlan}  other: { tier: standard, source: { type: files, paths: [./other] } }\n`,
      'data/file': 'x',
      'other/file': 'y',
    });
    const first = startMuster(['backup', 'files', '--verbose'], { cwd: folder });
    await first.said('attempt 1');
    const { exitCode, stdout } = await muster(['backup', 'files', '--json'], { cwd: folder });
    expect(exitCode).toBe(11);
    const { runs } = await musterJson<Runs>(['runs'], { cwd: folder });
    expect(runs).toMatchObject([{ status: 'running' }]);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'run-locked',
        message: expect.stringContaining(`${runs[0]?.id}, process ${first.pid}`) as unknown,
      },
    });
    const other = startMuster(['backup', 'other', '--verbose'], { cwd: folder });
    await other.said('attempt 1');
    await writeFile(join(folder, 'go'), '');
    expect(await first.ended).toMatchObject({ exitCode: 0 });
    expect(await other.ended).toMatchObject({ exitCode: 0 });
  });

  test('a vault that is locked alone, as restic does to prune it', async () => {
    const folder = await folderWith({ 'muster.yaml': waitingPlan, 'data/file': 'x', go: '' });
    await muster(['backup', '--all'], { cwd: folder });
    const store = openLocalStore({ folder: join(folder, 'vault') });
    const repository = await openRepository({ store, passphrase: 'open sesame', clock: systemClock });
    const lock = await repository.lock('exclusive');
    const refused = await muster(['backup', '--all'], { cwd: folder });
    await lock.release();
    expect(refused).toMatchObject({
      exitCode: 11,
      stdout: expect.stringContaining(`process ${process.pid}`) as unknown,
    });
  });
});

describe('3: partly succeeded', () => {
  test('one of two systems fails', async () => {
    const shop = await makeShop(10);
    await rm(join(shop.data, 'www'), { recursive: true });
    const { exitCode, stdout } = await muster(['backup', '--all'], { cwd: shop.folder });
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^configuration: [0-9a-f]{8} /m);
    expect(stdout).toMatch(/^website: not backed up: .*www.*\n {4}hint: /m);
    expect(stdout).toContain(': partial\n');
  });
});

describe('4: an objective is violated', () => {
  test('validate --strict, status --check', async () => {
    const shop = await makeShop(10);
    expect(await muster(['status', '--check'], { cwd: shop.folder })).toMatchObject({ exitCode: 4 });
    await loosen(shop, 'rpo: 6h', 'rpo: 2h');
    const strict = await muster(['validate', '--strict'], { cwd: shop.folder });
    expect(strict).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('violated: website: rpo: ') as unknown,
    });
    expect(await muster(['validate'], { cwd: shop.folder })).toMatchObject({ exitCode: 0 });
  });
});

test('1: a recovery whose checks fail, with its report', async () => {
  const shop = await makeShop(10);
  await loosen(shop, 'index.html", expect: "file.size > 0"', 'index.html", expect: "file.size > 1000000"');
  await muster(['backup', '--all'], { cwd: shop.folder });
  const report = join(shop.folder, 'report.md');
  const recovery = await muster(['recover', 'rebuild', '--execute', '--report', report], { cwd: shop.folder });
  expect(recovery).toMatchObject({ exitCode: 1 });
  expect(recovery.stdout).toMatch(/^deviation: recover\/website\/probe-home-page ended as failed/m);
  expect(await readFile(report, 'utf8')).toMatch(/- Status: failed[^]*Deviations[^]*probe-home-page/);
  await expect(access(join(shop.data, 'www/index.html'))).resolves.toBeUndefined();
});

test('2: a report that has no place is refused before anything is done', async () => {
  const shop = await makeShop(10);
  const refused = await muster(['recover', 'rebuild', '--execute', '--report', 'no/where.md'], { cwd: shop.folder });
  expect(refused).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('error[usage]: the report') as unknown,
  });
  expect((await readdir(shop.folder)).toSorted()).toEqual(['muster.yaml', 'shop']);
});

async function loosen(shop: Shop, from: string, to: string): Promise<void> {
  const path = join(shop.folder, 'muster.yaml');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

async function firstFileIn(folder: string): Promise<void> {
  const changes = watch(folder);
  for await (const _ of changes) if ((await readdir(folder)).length > 0) return;
}
