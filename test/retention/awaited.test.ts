import { describe, expect, test } from 'vitest';
import { type AwaitedCopy, keepForCopies } from '../../src/retention/awaited.ts';
import type { RetentionDecision } from '../../src/retention/decide.ts';
import { samplePlan, sampleStorage } from '../sample-plan.ts';

const plan = samplePlan({
  storage: [sampleStorage('disk', { retention: 'few' }), sampleStorage('office'), sampleStorage('archive')],
});

function decision(storage: string | undefined, action: 'keep' | 'delete', backup = 'a'): RetentionDecision {
  return { backup, system: 'web', schedule: undefined, storage, startedAt: 0, action, reasons: ['by a rule'] };
}

function decided(
  decisions: readonly RetentionDecision[],
  awaited: readonly AwaitedCopy[],
): readonly (string | undefined)[] {
  return keepForCopies(plan, decisions, awaited).map((each) =>
    each.action === 'keep' && each.reasons[0] !== 'by a rule' ? each.reasons[0] : each.action,
  );
}

describe('a backup of which a copy is still to be made', () => {
  test('stays where it can be copied from, and says what it waits for', () => {
    const decisions = [decision('disk', 'delete'), decision('disk', 'delete', 'b')];
    const awaited = ['office', 'archive'].map((storage) => ({ backup: 'a', storage, from: ['disk'] }));
    expect(decided(decisions, awaited)).toEqual(['waits for its copy to office and archive', 'delete']);
  });

  test('goes where another target keeps it', () => {
    const awaited = [{ backup: 'a', storage: 'archive', from: ['disk', 'office'] }];
    expect(decided([decision('disk', 'delete'), decision(undefined, 'keep')], awaited)).toEqual(['delete', 'keep']);
  });

  test('stays in the nearest target alone where it would go from all', () => {
    const awaited = [{ backup: 'a', storage: 'archive', from: ['office', 'disk'] }];
    expect(decided([decision('disk', 'delete'), decision(undefined, 'delete')], awaited)).toEqual([
      'delete',
      'waits for its copy to archive',
    ]);
  });
});
