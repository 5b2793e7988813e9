import { describe, expect, test } from 'vitest';
import { judgeImmutability } from '../../src/order/objectives/immutability.ts';
import { judgeObjectives } from '../../src/order/objectives.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import type { LocalStorage } from '../../src/plan/model/storage.ts';
import type { RetentionCounts } from '../../src/plan/model/system.ts';
import { samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

const day = 86_400_000;
const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
const locked = { mode: 'compliance', for: 30 * day } as const;

function planWith(keep: RetentionCounts | undefined, parts: Partial<LocalStorage> = {}): Plan {
  const storage = [sampleStorage('primary'), sampleStorage('cloud', { immutable: locked, ...parts })];
  const use = { storage: { to: 'primary', copies: ['cloud'] }, retention: keep && 'kept' };
  const retention = keep ? [{ name: 'kept', at, keep, minimum: 1 }] : [];
  return samplePlan({ storage, retention, systems: [sampleSystem('web', use)] });
}

const unknown = (): undefined => undefined;

describe('the locks of an immutable target', () => {
  test.each([
    [{ last: 3, daily: 14 }, 'met', 14 * day],
    [{ daily: 30 }, 'met', 30 * day],
    [{ daily: 14, monthly: 12 }, 'at-risk', 372 * day],
    [{ within: { months: 2, ms: 0 } }, 'at-risk', 62 * day],
    [undefined, 'at-risk', undefined],
  ] as const)('are held against a retention of %j: %s', (keep, verdict, keptFor) => {
    expect(judgeImmutability(planWith(keep), unknown)).toMatchObject([{ storage: 'cloud', verdict, keptFor }]);
  });

  test('say what is too short, in words', () => {
    expect(judgeImmutability(planWith({ yearly: 7 }), unknown)[0]?.reasons).toEqual([
      'retention keeps backups for up to 2562d, but locked for 30d only: older ones can be destroyed',
    ]);
  });

  test('are held against the capacity: what is locked can make no room', () => {
    const plan = planWith({ daily: 7 }, { capacity: 1000 });
    expect(judgeImmutability(plan, () => ({ used: 100, growth: 31 }))[0]).toMatchObject({ verdict: 'at-risk' });
    expect(judgeImmutability(plan, () => ({ used: 100, growth: 29 }))[0]).toMatchObject({ verdict: 'met' });
    expect(judgeImmutability(plan, () => ({ used: 100, growth: undefined }))[0]).toMatchObject({ verdict: 'met' });
  });

  test('count for 3-2-1-1-0 until a tamper test has destroyed something', () => {
    const question = { now: Date.parse('2026-11-20T10:00:00Z') };
    const plan = planWith({ daily: 7 });
    expect(judgeObjectives(plan, question)[0]?.copies.immutable).toEqual(['cloud']);
    const broken = judgeObjectives(plan, { ...question, destructible: new Set(['cloud']) })[0]?.copies;
    expect(broken).toMatchObject({ immutable: [], lacks: expect.arrayContaining(['immutable']) as unknown });
    expect(broken?.reasons.join()).toContain('its last tamper test could destroy what it held');
  });
});
