import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyStorageStep } from '../../src/steps/verify-storage.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;

beforeEach(() => {
  shop = openShop();
});
afterEach(() => shop.end());

const action = { kind: 'verify-storage', storage: 'primary' } as const;

test('a storage target is read whole, and what is sound is remembered', async () => {
  await shop.record();
  await shop.record({ system: 'orders' });
  const noted = new Map<string, number>();
  const soundPacks = {
    of: () => noted,
    note: (_: string, packs: Iterable<string>, at: number) => {
      for (const pack of packs) noted.set(pack, at);
    },
    keep: () => {},
  };
  const outcome = await verifyStorageStep.execute(action, { ...shop.context, soundPacks });
  expect(outcome).toMatchObject({ status: 'succeeded', facts: { storage: 'primary', passed: true, score: 1 } });
  expect(noted.size).toBe(4);
});

test('it fails with what is damaged, whichever backup that belongs to', async () => {
  await shop.record();
  await shop.record({ system: 'orders' });
  const snapshots = join(shop.folder, 'primary/snapshots');
  for (const name of readdirSync(snapshots)) {
    const bytes = readFileSync(join(snapshots, name));
    chmodSync(join(snapshots, name), 0o600);
    writeFileSync(join(snapshots, name), bytes.subarray(1));
  }
  const { status, error, facts } = await verifyStorageStep.execute(action, shop.context);
  expect({ status, code: error?.code }).toStrictEqual({ status: 'failed', code: 'verification-failed' });
  expect(facts).toMatchObject({ passed: false });
  expect(error?.message).toContain('snapshots (2 damaged');
});

test('it says what it would do, and what stands in its way', async () => {
  await shop.record();
  expect(await verifyStorageStep.check(action, shop.context)).toMatchObject([{ severity: 'ok' }]);
  const unreachable = { ...action, storage: 'unreachable' };
  expect(await verifyStorageStep.check(unreachable, shop.context)).toMatchObject([{ severity: 'error' }]);
  const outcome = await verifyStorageStep.execute(unreachable, shop.context);
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'storage-unreachable' } });
});
