import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackupRecord } from '../../src/base/backup.ts';
import { lifecycleMoves, movable } from '../../src/retention/moves.ts';
import { sampleBackup, samplePlan, sampleRetention, sampleStorage, sampleSystem } from '../sample-plan.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 20, 12);
const after = (days: number) => ({ months: 0, ms: days * day });

function backup(days: number, ...names: readonly string[]): BackupRecord {
  const storage = names.map((name) => ({ name, snapshot: 'ab', status: 'stored' }) as const);
  return sampleBackup('web', now - days * day, { storage });
}

const primary = sampleStorage('primary', {
  capacity: 1000,
  lifecycle: [
    { after: after(30), to: 'warm' },
    { after: after(90), to: 'cold' },
  ],
  rebalance: { above: 0.8, to: 'warm' },
});
const plan = samplePlan({
  systems: [sampleSystem('web')],
  storage: [primary, sampleStorage('warm'), sampleStorage('cold', { retention: 'two' })],
  retention: [sampleRetention('two', { last: 2 })],
});

describe('a lifecycle', () => {
  test('of its steps the last that applies decides, the oldest backup goes first', () => {
    const backups = [backup(1, 'primary'), backup(31, 'primary'), backup(91, 'primary'), backup(92, 'warm')];
    expect(lifecycleMoves(plan, backups, now).map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['primary', 'cold', 'older than 90d'],
      ['primary', 'warm', 'older than 30d'],
    ]);
  });

  test('does not move what retention would remove at the other place', () => {
    const backups = [91, 92, 93, 94].map((days) => backup(days, 'primary'));
    expect(lifecycleMoves(plan, backups, now).map((move) => move.backup.startedAt)).toEqual([
      now - 92 * day,
      now - 91 * day,
    ]);
  });

  test('moves only what is there, once, and only what is old enough', () => {
    const found = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 200 }), fc.subarray(['primary', 'warm', 'cold'], { minLength: 1 })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(found, (ages) => {
        const backups = ages.map(([days, names], at) => ({ ...backup(days, ...names), id: `${at}` }));
        const moves = lifecycleMoves(plan, backups, now);
        expect(new Set(moves.map((move) => move.backup.id)).size).toBe(moves.length);
        for (const move of moves) {
          expect(move.backup.storage.map(({ name }) => name)).toContain(move.from);
          expect(now - move.backup.startedAt).toBeGreaterThanOrEqual(30 * day);
          expect(move.to).not.toBe(move.from);
        }
      }),
    );
  });
});

describe('a target that is too full', () => {
  test('may lose all but the newest of each scope, and what goes anyway', () => {
    const backups = [backup(1, 'primary'), backup(2, 'primary'), backup(3, 'primary'), backup(4, 'warm')];
    const [, , third] = backups;
    const going = third ? [{ backup: third, from: 'primary', to: 'cold', reason: '' }] : [];
    const found = movable(plan, { storage: primary, backups, going, now });
    expect(found.map((move) => [move.backup.startedAt, move.to, move.reason])).toEqual([
      [now - 2 * day, 'warm', 'primary is more than 80 % full'],
    ]);
    expect(movable(plan, { storage: sampleStorage('warm'), backups, going: [], now })).toEqual([]);
  });
});
