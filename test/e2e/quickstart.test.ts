import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { differencesOf, fingerprintOf, ordersOf } from '../../src/cli/demo/proof.ts';
import { requireProgram } from '../require.ts';
import { muster, musterJson } from './muster.ts';
import { makeShop, type Shop } from './shop.ts';

interface Backups {
  readonly backups: readonly {
    readonly id: string;
    readonly system: string;
    readonly type: string;
    readonly status: string;
    readonly storage: readonly { readonly name: string; readonly snapshot: string; readonly status: string }[];
  }[];
}

describe('given the quickstart plan', () => {
  test('validate, preview, schedule, graph and status answer before there is any backup', async () => {
    const { folder } = await makeShop(10);
    expect(await muster(['validate'], { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
    const preview = await musterJson<{
      executions: unknown[];
      objectives: { system: string; rpo: { target: number; verdict: string } }[];
    }>(['preview', '--for', '24h'], { cwd: folder });
    expect(preview.executions.length).toBeGreaterThanOrEqual(18);
    expect(preview.objectives.map((objective) => [objective.system, objective.rpo.target])).toEqual([
      ['configuration', 21_600],
      ['orders', 21_600],
      ['website', 21_600],
    ]);
    const schedule = await musterJson<{ executions: { at: string }[] }>(
      ['schedule', '--from', '2026-03-29', '--until', '2026-03-30'],
      { cwd: folder },
    );
    expect(schedule.executions[0]?.at).toBe('2026-03-29T00:00:00+01:00');
    expect(schedule.executions.at(-1)?.at).toMatch(/\+02:00$/);
    const graph = await musterJson<object>(['graph'], { cwd: folder });
    expect(graph).toMatchObject({
      order: [['configuration'], ['orders'], ['website']],
      criticalPath: ['configuration', 'orders', 'website'],
      estimateSeconds: 480,
    });
    const status = await musterJson<{ systems: { state: string }[] }>(['status'], { cwd: folder });
    expect(status.systems.map((system) => system.state)).toEqual(['never', 'never', 'never']);
    expect((await muster(['status', '--check'], { cwd: folder })).exitCode).toBe(4);
  });

  describe.runIf(requireProgram('restic'))('with restic beside it', () => {
    test('a backup is a restic repository on both targets, and a disaster is survived', async () => {
      const shop = await makeShop();
      const before = await stateOf(shop);
      const { backups } = await musterJson<Backups>(['backup', '--all'], { cwd: shop.folder });
      expect(backups.map((backup) => [backup.system, backup.status])).toEqual(
        expect.arrayContaining([
          ['configuration', 'succeeded'],
          ['orders', 'succeeded'],
          ['website', 'succeeded'],
        ]),
      );
      for (const name of ['primary', 'second'])
        expect(await restic(shop, name, 'check', '--read-data')).toContain('no errors were found');
      expect((await muster(['verify'], { cwd: shop.folder })).exitCode).toBe(0);

      for (const name of ['etc', 'data', 'www']) await rm(join(shop.data, name), { recursive: true });
      const simulated = await muster(['recover', 'rebuild'], { cwd: shop.folder });
      expect(simulated).toMatchObject({ exitCode: 0 });
      expect(simulated.stdout).toContain('nothing was changed');
      expect(await fingerprintOf(shop.data)).toEqual(new Map());

      const recovered = await musterJson<{ status: string; steps: { id: string; status: string }[] }>(
        ['recover', 'rebuild', '--execute'],
        { cwd: shop.folder },
      );
      expect(recovered.status).toBe('succeeded');
      expect(differencesOf(before.files, (await stateOf(shop)).files)).toEqual([]);
      expect((await stateOf(shop)).orders).toEqual(before.orders);
      const messages = await readFile(join(shop.backups, 'messages.jsonl'), 'utf8');
      expect(messages.trimEnd().split('\n')).toHaveLength(4);
    });

    test('restic restores what muster wrote, and the second target alone is enough', async () => {
      const shop = await makeShop(10);
      const before = await fingerprintOf(join(shop.data, 'etc'));
      const { backups } = await musterJson<Backups>(['backup', 'configuration'], { cwd: shop.folder });
      const [primary, second] = backups[0]?.storage ?? [];
      await restic(shop, 'primary', 'restore', primary?.snapshot ?? '', '--target', join(shop.folder, 'by-restic'));
      expect(differencesOf(before, await fingerprintOf(join(shop.folder, 'by-restic', shop.data, 'etc')))).toEqual([]);
      expect(second?.status).toBe('stored');
      await rm(join(shop.backups, 'primary'), { recursive: true });
      const restored = await muster(['restore', 'configuration', '--to', join(shop.folder, 'by-muster')], {
        cwd: shop.folder,
      });
      expect(restored).toMatchObject({ exitCode: 0 });
      expect(differencesOf(before, await fingerprintOf(join(shop.folder, 'by-muster', shop.data, 'etc')))).toEqual([]);
    });
  });

  test('a partial restore brings only what was asked for, and never overwrites unasked', async () => {
    const shop = await makeShop(10);
    await muster(['backup', 'website'], { cwd: shop.folder });
    const to = join(shop.folder, 'pages');
    expect(
      await muster(['restore', 'website', '--path', '**/index.html', '--to', to], { cwd: shop.folder }),
    ).toMatchObject({ exitCode: 0 });
    const restored = [...(await fingerprintOf(to)).keys()].filter((path) => path.endsWith('.html'));
    expect(restored).toEqual([join(shop.data, 'www/index.html').slice(1)]);
    const again = await muster(['restore', 'website', '--path', '**/index.html', '--to', to], { cwd: shop.folder });
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('index.html');
    const missing = await muster(
      ['restore', 'website', '--path', 'nothing-like-it', '--to', join(shop.folder, 'none')],
      { cwd: shop.folder },
    );
    expect(missing.exitCode).not.toBe(0);
  });

  test('--at brings back an earlier state', async () => {
    const shop = await makeShop(10);
    const page = join(shop.data, 'www/index.html');
    await muster(['backup', 'website'], { cwd: shop.folder });
    const between = new Date().toISOString();
    await writeFile(page, 'defaced');
    await muster(['backup', 'website'], { cwd: shop.folder });
    await muster(['restore', 'website', '--at', between, '--in-place'], { cwd: shop.folder });
    expect(await readFile(page, 'utf8')).toContain('Open for business');
    await muster(['restore', 'website', '--in-place'], { cwd: shop.folder });
    expect(await readFile(page, 'utf8')).toBe('defaced');
  });
});

async function stateOf(shop: Shop): Promise<{
  readonly files: Awaited<ReturnType<typeof fingerprintOf>>;
  readonly orders: ReturnType<typeof ordersOf>;
}> {
  const files = await fingerprintOf(shop.data, ['data', 'www/cache']);
  return { files, orders: ordersOf(join(shop.data, 'data/orders.db'), 1_000_000) };
}

async function restic(shop: Shop, storage: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa('restic', ['-r', join(shop.backups, storage), ...args], {
    env: { RESTIC_PASSWORD: 'correct horse battery staple' },
  });
  return stdout;
}
