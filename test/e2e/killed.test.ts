import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { differencesOf, fingerprintOf, ordersOf } from '../../src/cli/demo/proof.ts';
import { requireProgram } from '../require.ts';
import { muster, musterJson, program } from './muster.ts';
import { makeShop, type Shop } from './shop.ts';

/* kill -9 at random moments: the next run works, restic finds no fault, and the journal names what was interrupted. */

const passphrase = 'correct horse battery staple';
const moments = 50;

interface Runs {
  readonly runs: readonly { readonly id: string; readonly kind: string; readonly status: string }[];
}

describe.runIf(requireProgram('restic'))('killed with SIGKILL', () => {
  test(`at ${moments} moments of backup`, { timeout: 600_000 }, async () => {
    const shop = await makeShop(2_000);
    const length = await timeOf(['backup', '--all', '--type', 'full'], shop);
    let killed = 0;
    for (let index = 0; index < moments; index += 1) {
      // Something new each time, so that there is something to write.
      await execa('dd', ['if=/dev/urandom', `of=${join(shop.data, 'www', `new-${index}`)}`, 'bs=1M', 'count=2'], {
        stderr: 'ignore',
      });
      killed += await killAfter(length * Math.random(), ['backup', '--all'], shop);
      if (index % 10 === 9) await expectSound(shop);
    }
    expect(killed).toBeGreaterThan(moments / 2);
    const { runs } = await musterJson<Runs>(['runs', '--limit', '200'], { cwd: shop.folder });
    expect(runs.filter((run) => run.status === 'running')).toEqual([]);
    expect(runs.some((run) => run.status === 'interrupted')).toBe(true);
    expect((await muster(['backup', '--all'], { cwd: shop.folder })).exitCode).toBe(0);
    expect((await muster(['verify'], { cwd: shop.folder })).exitCode).toBe(0);
    await expectSound(shop);
  });

  test(`at ${moments} moments of recover --execute`, { timeout: 600_000 }, async () => {
    const shop = await makeShop(2_000);
    await muster(['backup', '--all'], { cwd: shop.folder });
    const files = await fingerprintOf(shop.data, ['data', 'www/cache']);
    const orders = ordersOf(join(shop.data, 'data/orders.db'), 1_000_000);
    const length = await timeOf(['recover', 'rebuild', '--execute'], shop);
    for (let index = 0; index < moments; index += 1) {
      for (const name of ['etc', 'data', 'www']) await rm(join(shop.data, name), { recursive: true, force: true });
      await killAfter(length * Math.random(), ['recover', 'rebuild', '--execute'], shop);
    }
    const { runs } = await musterJson<Runs>(['runs', '--limit', '200'], { cwd: shop.folder });
    const recoveries = runs.filter((run) => run.kind === 'recover');
    expect(recoveries.filter((run) => run.status === 'running')).toEqual([]);
    const interrupted = recoveries.find((run) => run.status === 'interrupted');
    expect(interrupted).toBeDefined();
    const recovered = await muster(['recover', 'rebuild', '--execute'], { cwd: shop.folder });
    expect(recovered).toMatchObject({ exitCode: 0 });
    expect(differencesOf(files, await fingerprintOf(shop.data, ['data', 'www/cache']))).toEqual([]);
    expect(ordersOf(join(shop.data, 'data/orders.db'), 1_000_000)).toEqual(orders);
    await expectSound(shop);
  });
});

async function timeOf(args: readonly string[], shop: Shop): Promise<number> {
  const start = performance.now();
  expect(await muster(args, { cwd: shop.folder })).toMatchObject({ exitCode: 0 });
  return performance.now() - start;
}

/** 1 when it was still running, else 0. */
async function killAfter(ms: number, args: readonly string[], shop: Shop): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: shop.folder,
    env: { ...process.env, MUSTER_PASSPHRASE: passphrase },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return signal === 'SIGKILL' ? 1 : 0;
}

async function expectSound(shop: Shop): Promise<void> {
  for (const name of ['primary', 'second']) {
    const options = { env: { RESTIC_PASSWORD: passphrase } };
    // Locks of the killed: restic itself removes those whose process is gone.
    await execa('restic', ['-r', join(shop.backups, name), 'unlock'], options);
    const { stdout } = await execa('restic', ['-r', join(shop.backups, name), 'check', '--read-data'], options);
    expect(stdout).toContain('no errors were found');
  }
}
