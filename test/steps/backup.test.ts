import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import { backupStep } from '../../src/steps/backup.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backupAction, files, openShop, recordOf, type Shop } from './shop.ts';

let shop: Shop;

beforeEach(() => {
  shop = openShop();
});
afterEach(() => shop.end());

describe('a backup', () => {
  test('makes its vault, and gives a record of what was stored', async () => {
    const { status, facts, faults } = await shop.backUp();
    expect({ status, faults }).toEqual({ status: 'succeeded', faults: [] });
    const backup = recordOf(await shop.backUp());
    expect(facts).toMatchObject({ kind: 'backup', backup: { status: 'succeeded', files: 2, bytesTotal: 6013 } });
    expect(backup).toMatchObject({ system: 'website', source: 'files', schedule: 'nightly', manifest: {} });
    expect(backup.storage).toEqual([{ name: 'primary', snapshot: backup.id, status: 'stored' }]);
    expect(backup.startedAt).toBeLessThanOrEqual(backup.finishedAt);
  });

  test('says in its snapshot what a catalog is rebuilt from', async () => {
    const { id } = await shop.record();
    const { tags, paths } = await (await shop.vault('primary')).snapshot(id);
    expect(paths).toEqual([shop.www]);
    expect([...tags].sort()).toEqual([
      'muster:run=20261120T101500Z-7f3a9c',
      'muster:schedule=nightly',
      'muster:system=website',
      'muster:type=full',
    ]);
  });

  test('reads what changed when there is an earlier one in the same target, else everything, and says so', async () => {
    const first = await shop.backUp();
    expect(recordOf(first)).toMatchObject({ type: 'full', bytesRead: 6013 });
    expect(first.output).toContain('no earlier backup in primary');
    writeFileSync(join(shop.www, 'new.html'), 'new');
    const second = await shop.backUp();
    expect(recordOf(second)).toMatchObject({ type: 'incremental', bytesRead: 3, bytesTotal: 6016 });
    expect(second.output).toBeUndefined();
    expect(await shop.record({ type: 'full' })).toMatchObject({ type: 'full', bytesRead: 6016 });
    expect(await shop.record({ to: 'second' })).toMatchObject({ type: 'full', bytesRead: 6016 });
  });

  test('reads everything when the snapshot of the earlier one is gone', async () => {
    const { id } = await shop.record();
    rmSync(join(shop.folder, 'primary/snapshots', id));
    expect(await shop.record()).toMatchObject({ type: 'full' });
  });

  test('of a database keeps its rows in the record and leaves no copy behind', async () => {
    const backup = await shop.record({ system: 'orders' });
    expect(backup).toMatchObject({ source: 'sqlite', manifest: { rows: { orders: 3 } }, files: 1 });
    expect(readdirSync(join(shop.folder, 'scratch'))).toEqual([]);
  });

  test('of several systems at once writes to a vault one at a time', async () => {
    let [writing, most] = [0, 0];
    const real = await shop.vault('primary');
    const backup: Vault['backup'] = async (request) => {
      writing += 1;
      most = Math.max(most, writing);
      return await real.backup(request).finally(() => (writing -= 1));
    };
    const counted = { ...real, backup };
    const context = { ...shop.context, vault: async () => counted };
    const systems = ['website', 'orders', 'website', 'orders'];
    await Promise.all(systems.map((system) => backupStep.execute(backupAction({ system }), context)));
    expect(most).toBe(1);
    expect(await real.snapshots()).toHaveLength(4);
  });

  test('of several systems at once leaves sound vaults, with copies crosswise', async () => {
    const outcomes = await Promise.all([
      shop.backUp({ copies: ['second'] }),
      shop.backUp({ system: 'orders', copies: ['second'] }),
      shop.backUp({ type: 'full', copies: ['second'] }),
      shop.backUp({ system: 'orders', to: 'second', copies: ['primary'] }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
    for (const storage of ['primary', 'second']) {
      const vault = await shop.vault(storage);
      expect(await vault.snapshots()).toHaveLength(4);
      for (const { id } of await vault.snapshots())
        expect((await vault.verify({ snapshot: id, level: 'standard' })).checks.every(({ passed }) => passed)).toBe(
          true,
        );
    }
  });
});

describe('copies', () => {
  test('are made before the backup counts', async () => {
    const { storage } = await shop.record({ copies: ['second'] });
    expect(storage).toMatchObject([
      { name: 'primary', status: 'stored' },
      { name: 'second', status: 'stored' },
    ]);
    const copied = await (await shop.vault('second')).snapshot(storage[1]?.snapshot ?? '');
    expect(copied.original).toBe(storage[0]?.snapshot);
  });

  test('that cannot be made leave a partial backup, and the others are made', async () => {
    const { status, faults, facts } = await shop.backUp({ copies: ['unreachable', 'second'] });
    expect(status).toBe('partial');
    expect(faults).toEqual([{ path: 'unreachable', kind: 'copy', detail: 'unreachable does not answer' }]);
    expect(facts).toMatchObject({
      backup: {
        status: 'partial',
        storage: [{ status: 'stored' }, { name: 'unreachable', snapshot: '', status: 'failed' }, { status: 'stored' }],
      },
    });
  });

  test('that are cut short do not take the backup with them', async () => {
    const stop = new AbortController();
    const vault = async (name: string) => {
      if (name === 'second') stop.abort(new MusterError('not done after 1h', { code: 'timeout' }));
      return await shop.vault(name);
    };
    const context = { ...shop.context, vault, signal: stop.signal };
    const outcome = await backupStep.execute(backupAction({ copies: ['second'] }), context);
    expect(outcome.status).toBe('partial');
    expect(outcome.faults).toMatchObject([{ path: 'second', kind: 'copy', detail: 'not done after 1h' }]);
    expect(recordOf(outcome).storage[0]).toMatchObject({ status: 'stored' });
  });
});

describe('a backup that is not whole', () => {
  test('lists what could not be read and is partial', async () => {
    const lost = { path: join(shop.www, 'img'), kind: 'unreadable', detail: 'EACCES' } as const;
    const context = withVault({
      backup: async (vault, request) => ({ ...(await vault.backup(request)), faults: [lost] }),
    });
    const outcome = await backupStep.execute(backupAction(), context);
    expect(outcome).toMatchObject({ status: 'partial', faults: [lost] });
    expect(recordOf(outcome).status).toBe('partial');
  });

  test('does not exist when the store fails', async () => {
    const full = new MusterError('the disk is full', { code: 'storage-full', hint: 'Make room.' });
    const context = withVault({ backup: () => Promise.reject(full) });
    const outcome = await backupStep.execute(backupAction({ system: 'orders' }), context);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'storage-full', hint: 'Make room.' } });
    expect(outcome.facts).toEqual({ kind: 'backup', backup: undefined });
    expect(readdirSync(join(shop.folder, 'scratch'))).toEqual([]);
  });

  test('does not exist when its source is missing', async () => {
    rmSync(shop.www, { recursive: true });
    const outcome = await shop.backUp();
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'source-missing' } });
    expect(await (await shop.vault('primary')).snapshots()).toEqual([]);
  });

  test('does not exist when it does not pass its verification, and is not copied', async () => {
    const damaged = { name: 'packs', passed: false, weight: 1, integrity: true, detail: 'one is damaged' };
    const context = withVault({ verify: async () => ({ checks: [damaged], notTested: [] }) });
    const action = backupAction({ verify: 'standard', copies: ['second'] });
    const outcome = await backupStep.execute(action, context);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'verification-failed' } });
    expect(outcome.facts).toMatchObject({ backup: undefined, verification: { score: 0, passed: false } });
    expect(existsSync(join(shop.folder, 'second'))).toBe(false);
  });
});

test('a verification that passes is part of the evidence', async () => {
  const { status, facts } = await shop.backUp({ verify: 'standard' });
  expect(status).toBe('succeeded');
  expect(facts).toMatchObject({ verification: { score: 1, passed: true } });
});

describe('a storage target inside of what is backed up', () => {
  test('is refused, unless it is excluded', async () => {
    const sources = { everything: files([shop.folder]), most: files([shop.folder], ['/primary', '/second']) };
    const context = { ...shop.context, plan: planWith(sources) };
    const refused = await backupStep.execute(backupAction({ system: 'everything' }), context);
    expect(refused.error).toMatchObject({ code: 'storage-inside-source' });
    expect((await backupStep.execute(backupAction({ system: 'most' }), context)).status).toBe('succeeded');
  });
});

describe('a check before it', () => {
  test('looks at the source and the target and makes nothing', async () => {
    expect(await backupStep.check(backupAction(), shop.context)).toEqual([
      { severity: 'ok', message: 'would make a vault in primary and back up to it' },
    ]);
    expect(existsSync(join(shop.folder, 'primary'))).toBe(false);
    rmSync(shop.www, { recursive: true });
    const findings = await backupStep.check(backupAction({ to: 'unreachable' }), shop.context);
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'error']);
  });
});

/** The shop's vaults, with one thing done otherwise. */
function withVault(otherwise: {
  readonly backup?: (vault: Vault, ...args: Parameters<Vault['backup']>) => ReturnType<Vault['backup']>;
  readonly verify?: Vault['verify'];
}) {
  const vault = async (name: string): Promise<Vault> => {
    const real = await shop.vault(name);
    const { backup, verify } = otherwise;
    return { ...real, ...(backup && { backup: (request) => backup(real, request) }), ...(verify && { verify }) };
  };
  return { ...shop.context, vault };
}

/** The shop's plan with other systems. */
function planWith(sources: Record<string, ReturnType<typeof files>>) {
  const [website] = shop.context.plan.systems.values();
  if (website === undefined) throw new Error('the shop has no system');
  const systems = new Map(Object.entries(sources).map(([name, source]) => [name, { ...website, name, source }]));
  return { ...shop.context.plan, systems };
}
