import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupRecord } from '../../src/base/backup.ts';
import type { ActionOf } from '../../src/steps/handler.ts';
import { verifyStep } from '../../src/steps/verify.ts';
import { openShop, spoilPacks, type Shop } from './shop.ts';

let shop: Shop;

beforeEach(() => {
  shop = openShop();
});
afterEach(() => shop.end());

function verifyOf(backup: BackupRecord, storage = 'primary'): ActionOf<'verify'> {
  return { kind: 'verify', backup, storage, level: 'standard' };
}

describe('verify', () => {
  test('passes a sound backup, in each target', async () => {
    const backup = await shop.record({ copies: ['second'] });
    for (const storage of ['primary', 'second']) {
      const { status, facts } = await verifyStep.execute(verifyOf(backup, storage), shop.context);
      expect({ status, facts }).toMatchObject({ status: 'succeeded', facts: { score: 1, passed: true } });
    }
  });

  test('does not pass a damaged one', async () => {
    const backup = await shop.record();
    spoilPacks(shop, 'primary');
    const { status, error, facts } = await verifyStep.execute(verifyOf(backup), shop.context);
    expect({ status, facts }).toMatchObject({ status: 'failed', facts: { kind: 'verify', passed: false } });
    expect(error?.code).toBeDefined();
  });

  test('fails where the backup is not stored', async () => {
    const backup = await shop.record();
    const { error } = await verifyStep.execute(verifyOf(backup, 'second'), shop.context);
    expect(error).toMatchObject({ code: 'copy-missing', hint: 'It is stored in: primary.' });
    expect(await verifyStep.check(verifyOf(backup, 'second'), shop.context)).toMatchObject([{ severity: 'error' }]);
  });

  test('says what it would do', async () => {
    const findings = await verifyStep.check(verifyOf(await shop.record()), shop.context);
    expect(findings).toMatchObject([
      { severity: 'ok', message: expect.stringContaining('at level standard') as string },
    ]);
  });

  test.each([
    [[1, 1, 1, 1], [], true, 1],
    [[94, 6], [1], false, 0.94],
    [[95, 5], [1], true, 0.95],
    [[], [], false, 0],
  ])('with weights %j, of which %j fail: %s', async (weights, failing: number[], passed, score) => {
    const checks = weights.map((weight, index) => {
      return { name: `c${index}`, weight, passed: !failing.includes(index), integrity: false, detail: '' };
    });
    const backup = await shop.record();
    const real = await shop.vault('primary');
    const context = {
      ...shop.context,
      vault: async () => ({ ...real, verify: async () => ({ checks, notTested: [] }) }),
    };
    const { facts } = await verifyStep.execute(verifyOf(backup), context);
    expect(facts).toMatchObject({ passed, score });
  });
});
