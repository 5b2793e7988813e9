import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { FilesSource, FreezeCommands } from '../../src/plan/model/system.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backupStep } from '../../src/steps/backup.ts';
import { backupAction, files, openShop, recordOf, type Shop } from './shop.ts';

let shop: Shop;
const notes = mkdtempSync(join(tmpdir(), 'muster-types-'));
const log = join(notes, 'log');

afterAll(() => rmSync(notes, { recursive: true }));

afterEach(() => shop.end());

describe('a differential backup', () => {
  beforeEach(() => {
    shop = openShop();
  });

  test('reads what changed since the last full one, not since the last one', async () => {
    const full = await shop.record({ type: 'full' });
    writeFileSync(join(shop.www, 'a'), '12345');
    expect(await shop.record()).toMatchObject({ type: 'incremental', parent: full.id, bytesRead: 5 });
    writeFileSync(join(shop.www, 'b'), '123');
    const outcome = await shop.backUp({ type: 'differential' });
    expect(outcome.output).toBeUndefined();
    expect(recordOf(outcome)).toMatchObject({ type: 'differential', parent: full.id, bytesRead: 8, filesNew: 2 });
    // The next one is compared with the full one as well.
    expect(await shop.record({ type: 'differential' })).toMatchObject({ parent: full.id, bytesRead: 8, bytesNew: 0 });
  });

  test('becomes full, and says so, as long as there is no full one in its target', async () => {
    const first = await shop.backUp({ type: 'differential' });
    expect(recordOf(first)).toMatchObject({ type: 'full', parent: undefined });
    expect(first.output).toBe(
      'became full: there is no full backup in primary to compare with, so every byte was read',
    );
    const elsewhere = await shop.backUp({ type: 'differential', to: 'second' });
    expect(recordOf(elsewhere).type).toBe('full');
    expect(elsewhere.output).toContain('no full backup in second');
    const { tags } = await (await shop.vault('second')).snapshot(recordOf(elsewhere).id);
    expect(tags).toContain('muster:type=full');
  });

  test('does not take a copy that could not be made for one that is there', async () => {
    await shop.record({ type: 'full', copies: ['unreachable'] });
    expect(await shop.record({ type: 'differential', to: 'second' })).toMatchObject({ type: 'full' });
    const { parent } = await shop.record({ type: 'differential' });
    expect(parent).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('an incremental backup is compared with the newest one in its own target', async () => {
  shop = openShop();
  const primary = await shop.record();
  await shop.record({ to: 'second' });
  expect(await shop.record()).toMatchObject({ type: 'incremental', parent: primary.id, bytesRead: 0 });
});

test('the compression of the system is that of its backups', async () => {
  shop = openShop();
  const asked: unknown[] = [];
  const real = await shop.vault('primary');
  const vault = async (): Promise<Vault> => ({
    ...real,
    backup: async (request) => {
      asked.push(request.compression);
      return await real.backup(request);
    },
  });
  const { plan } = shop.context;
  const website = plan.systems.get('website');
  if (website === undefined) throw new Error('the shop has a website');
  const systems = new Map([...plan.systems, ['website', { ...website, compression: 'off' } as const]]);
  await backupStep.execute(backupAction(), { ...shop.context, vault, plan: { ...plan, systems } });
  await backupStep.execute(backupAction(), { ...shop.context, vault });
  expect(asked).toEqual(['off', undefined]);
});

describe('a backup of a frozen view', () => {
  test('stays of its type, and reads while the system is frozen', async () => {
    shop = frozenShop();
    const real = await shop.vault('primary');
    let during = '';
    const outcome = await backUp(async () => ({
      ...real,
      backup: async (request) => {
        during = said();
        return await real.backup(request);
      },
    }));
    expect(outcome).toMatchObject({ status: 'succeeded', output: undefined });
    expect(recordOf(outcome)).toMatchObject({ type: 'snapshot', bytesRead: 6013 });
    expect([during, said()]).toEqual(['freeze\n', 'freeze\nthaw\n']);
  });

  test('thaws when the store fails', async () => {
    shop = frozenShop();
    const real = await shop.vault('primary');
    const full = new MusterError('the disk is full', { code: 'storage-full' });
    const outcome = await backUp(async () => ({ ...real, backup: () => Promise.reject(full) }));
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'storage-full', message: 'the disk is full' } });
    expect(said()).toBe('freeze\nthaw\n');
  });

  test('thaws when it is cancelled while it reads', async () => {
    shop = frozenShop();
    const real = await shop.vault('primary');
    const stop = new AbortController();
    const outcome = backUp(
      async () => ({
        ...real,
        backup: async (request) => {
          stop.abort(new Error('enough'));
          return await real.backup(request);
        },
      }),
      stop.signal,
    );
    await expect(outcome).rejects.toThrow('enough');
    expect(said()).toBe('freeze\nthaw\n');
    expect(await real.snapshots()).toEqual([]);
  });

  test('fails when the freeze would outlast its time, and leaves no snapshot', async () => {
    shop = frozenShop({ timeout: 100 });
    const real = await shop.vault('primary');
    const outcome = await backUp(async () => ({
      ...real,
      backup: async (request) => {
        await aborted(request.signal);
        return await real.backup(request);
      },
    }));
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'freeze-timeout', retryable: true } });
    expect(said()).toBe('freeze\nthaw\n');
    expect(await real.snapshots()).toEqual([]);
  });

  test('is partial, with a fault that nobody overlooks, when the thaw fails', async () => {
    shop = frozenShop({ thaw: note('thaw', 'exit 4') });
    const outcome = await backUp();
    expect(outcome.status).toBe('partial');
    expect(recordOf(outcome).status).toBe('partial');
    expect(outcome.faults).toMatchObject([{ path: 'website', kind: 'thaw-failed' }]);
    expect(outcome.faults[0]?.detail).toMatch(/^THE SYSTEM MAY STILL BE FROZEN.*Run it by hand now/);
  });

  test('tells of both when the store and the thaw fail', async () => {
    shop = frozenShop({ thaw: note('thaw', 'exit 4') });
    const real = await shop.vault('primary');
    const full = new MusterError('the disk is full', { code: 'storage-full', hint: 'Make room.' });
    const { error } = await backUp(async () => ({ ...real, backup: () => Promise.reject(full) }));
    expect(error?.message).toMatch(/^the disk is full; besides, THE SYSTEM MAY STILL BE FROZEN/);
    expect(error?.hint).toMatch(/^Run it by hand now: .* Make room\.$/);
  });

  test('of a database needs no freeze: its copy is of one moment', async () => {
    shop = openShop();
    expect(await shop.record({ system: 'orders', type: 'snapshot' })).toMatchObject({
      type: 'snapshot',
      source: 'sqlite',
    });
    expect(existsSync(shop.database)).toBe(true);
  });

  test('is refused where the source does not say how it is frozen', async () => {
    shop = openShop();
    expect(await shop.backUp({ type: 'snapshot' })).toMatchObject({ error: { code: 'unsupported-backup-type' } });
  });
});

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
}

function frozenShop(parts: Partial<FreezeCommands> = {}): Shop {
  writeFileSync(log, '');
  const freeze = { freeze: note('freeze'), thaw: note('thaw'), timeout: 60_000, ...parts };
  const opened = openShop();
  const website: FilesSource = {
    ...(files([opened.www]) as FilesSource),
    snapshot: { freeze, filesystem: undefined },
  };
  // A plan is frozen; the test's own is made anew.
  const plan = opened.context.plan;
  const system = plan.systems.get('website');
  if (system === undefined) throw new Error('the shop has a website');
  const systems = new Map([...plan.systems, ['website', { ...system, source: website }]]);
  return { ...opened, context: { ...opened.context, plan: { ...plan, folder: opened.folder, systems } } };
}

function note(text: string, more = ''): readonly string[] {
  return ['/bin/sh', '-c', `echo ${text} >> ${log}; ${more}`];
}

function said(): string {
  return readFileSync(log, 'utf8');
}

async function backUp(vault = shop.context.vault, signal = shop.context.signal) {
  return await backupStep.execute(backupAction({ type: 'snapshot' }), { ...shop.context, vault, signal });
}
