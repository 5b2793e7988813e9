import { describe, expect, onTestFinished, test } from 'vitest';
import type { PlannedStep, StepAction } from '../../src/order/step.ts';
import { runSteps } from '../../src/run/engine.ts';
import type { StepOutcome } from '../../src/steps/handler.ts';
import { backup } from '../journal/events.ts';
import { failure, makeRig, outcome, request, step, type Rig } from './rig.ts';

const record = backup('abcd', { startedAt: 100, finishedAt: 200 });
const checks = [{ name: 'integrity', passed: true, detail: 'fine' }];

const backupAction: StepAction = {
  kind: 'backup',
  execution: {
    at: 0,
    timezone: 'UTC',
    system: 'orders',
    schedule: undefined,
    type: 'full',
    to: 'primary',
    copies: [],
    verify: 'standard',
    priority: 1,
    timeout: undefined,
    retry: { limit: 0, interval: 0, backoff: 1 },
  },
};
const verifyAction: StepAction = { kind: 'verify', backup: record, level: 'basic', storage: 'primary' };
const restoreAction: StepAction = {
  kind: 'restore',
  system: 'orders',
  backup: record,
  storage: ['primary'],
  place: { kind: 'in-place' },
  paths: [],
  overwrite: 'always',
};

async function evidenceOf(
  action: StepAction,
  outcomes: readonly Partial<StepOutcome>[],
  details: Partial<PlannedStep> = {},
): Promise<{ readonly rig: Rig; readonly evidence: readonly unknown[] }> {
  const left = [...outcomes];
  let now = 1000;
  const rig = makeRig({ work: { a: async () => left.shift() ?? {} }, clock: { now: () => (now += 10) } });
  onTestFinished(() => rig.close());
  const { events } = await runSteps(request([step('a', { action, ...details })]), rig.effects);
  const last = events.findLastIndex((event) => event.type === 'attempt.finished');
  return { rig, evidence: events.slice(last + 1, -1) };
}

const stored = outcome('succeeded', { kind: 'backup', backup: record });

test('the end of a step and what it proves become durable together', async () => {
  const appended: string[][] = [];
  const rig = makeRig({
    work: { a: async () => stored },
    journal: (journal) => ({
      ...journal,
      append: (...events) => {
        appended.push(events.map((event) => event.type));
        journal.append(...events);
      },
    }),
  });
  onTestFinished(() => rig.close());
  await runSteps(request([step('a', { action: backupAction })]), rig.effects);
  expect(appended).toContainEqual(['attempt.finished', 'backup.succeeded']);
});

describe('a backup', () => {
  test('is in the catalog when it succeeded, with its verification', async () => {
    const facts = { kind: 'backup', backup: record, verification: { score: 1, passed: true, checks } } as const;
    const { rig, evidence } = await evidenceOf(backupAction, [outcome('succeeded', facts)]);
    expect(evidence).toMatchObject([
      { type: 'backup.succeeded', system: 'orders', backup: { id: record.id } },
      { type: 'verify.finished', system: 'orders', backup: record.id, level: 'standard', score: 1, passed: true },
    ]);
    expect(rig.journal.catalog.newest('orders')).toEqual(record);
    expect(rig.journal.catalog.lastVerified('orders')).toBeDefined();
  });

  test('that is partial is said to be', async () => {
    const partial = { ...record, status: 'partial' as const };
    const { evidence } = await evidenceOf(backupAction, [outcome('partial', { kind: 'backup', backup: partial })]);
    expect(evidence).toMatchObject([{ type: 'backup.partial', backup: { status: 'partial' } }]);
  });

  test('that failed counts once, after its last try', async () => {
    const { rig, evidence } = await evidenceOf(backupAction, [failure(), failure(), failure('last')], {
      retry: { limit: 2, interval: 1, backoff: 1 },
    });
    expect(evidence).toMatchObject([{ type: 'backup.failed', system: 'orders', error: { code: 'last' } }]);
    expect(rig.journal.catalog.failuresInARow('orders')).toBe(1);
  });

  test('whose check afterwards does not hold is not in the catalog', async () => {
    const rig = makeRig({ work: { a: async () => stored, 'probe:home': async () => failure() } });
    onTestFinished(() => rig.close());
    const checked = step('a', { action: backupAction, verify: [{ kind: 'probe', probe: 'home' }] });
    await runSteps(request([checked]), rig.effects);
    expect(rig.journal.catalog.backups()).toEqual([]);
    expect(rig.journal.catalog.failuresInARow('orders')).toBe(1);
  });

  test('that claims to have succeeded without a backup has failed', async () => {
    const { evidence } = await evidenceOf(backupAction, [outcome('succeeded', { kind: 'backup', backup: undefined })]);
    expect(evidence).toMatchObject([{ type: 'backup.failed', error: { code: 'backup-missing' } }]);
  });
});

describe('a verification', () => {
  test.each([true, false])('that passed: %s, is on record', async (passed) => {
    const facts = { kind: 'verify', score: passed ? 1 : 0.4, passed, checks } as const;
    const ended = passed ? outcome('succeeded', facts) : { ...outcome('failed', facts), ...failure() };
    const { rig, evidence } = await evidenceOf(verifyAction, [ended]);
    expect(evidence).toMatchObject([{ type: 'verify.finished', backup: record.id, level: 'basic', passed }]);
    expect(rig.journal.catalog.lastVerified('orders') !== undefined).toBe(passed);
  });
});

describe('a forensic verification', () => {
  const verification = { score: 1, passed: true, checks, notTested: [], restored: { proven: true, durationMs: 70 } };

  test('that restored everything, and checked it, is a proven restore too', async () => {
    const facts = { kind: 'verify', ...verification } as const;
    const { rig, evidence } = await evidenceOf({ ...verifyAction, level: 'forensic' }, [outcome('succeeded', facts)]);
    expect(evidence).toMatchObject([
      { type: 'verify.finished', level: 'forensic', passed: true },
      { type: 'restore.finished', system: 'orders', backup: record.id, proven: true, durationMs: 70 },
    ]);
    expect(rig.journal.catalog.lastProvenRestore('orders')).toBeDefined();
    expect(rig.journal.catalog.measuredRestore('orders')).toBe(70);
  });

  test('proves nothing when it did not pass, or could not make every check', async () => {
    for (const parts of [{ passed: false }, { restored: { proven: false, durationMs: 70 } }, { restored: undefined }]) {
      const facts = { kind: 'verify', ...verification, ...parts } as const;
      const { rig, evidence } = await evidenceOf(verifyAction, [outcome('succeeded', facts)]);
      expect(evidence).toMatchObject([{ type: 'verify.finished' }]);
      expect(rig.journal.catalog.lastProvenRestore('orders')).toBeUndefined();
    }
  });

  test('right after a backup counts as well', async () => {
    const facts = { kind: 'backup', backup: record, verification } as const;
    const { evidence } = await evidenceOf(backupAction, [outcome('succeeded', facts)]);
    expect(evidence.map((event) => (event as { type: string }).type)).toEqual([
      'backup.succeeded',
      'verify.finished',
      'restore.finished',
    ]);
  });
});

describe('a restore', () => {
  const facts = {
    kind: 'restore',
    system: 'orders',
    backup: record.id,
    files: 1,
    bytes: 1,
    recoveredTo: '/',
    checks,
  } as const;

  test('is measured, and proven only when its own checks passed', async () => {
    const { rig, evidence } = await evidenceOf(restoreAction, [outcome('succeeded', { ...facts, proven: true })]);
    expect(evidence).toMatchObject([{ type: 'restore.finished', system: 'orders', status: 'succeeded', proven: true }]);
    expect(rig.journal.catalog.measuredRestore('orders')).toBeGreaterThan(0);
    expect(rig.journal.catalog.lastProvenRestore('orders')).toBeDefined();
    const unproven = await evidenceOf(restoreAction, [outcome('partial', { ...facts, proven: false })]);
    expect(unproven.evidence).toMatchObject([{ status: 'partial', proven: false }]);
    expect(unproven.rig.journal.catalog.lastProvenRestore('orders')).toBeUndefined();
    expect(unproven.rig.journal.catalog.measuredRestore('orders')).toBeUndefined();
  });

  test('that failed proves nothing', async () => {
    const { evidence } = await evidenceOf(restoreAction, [
      { ...outcome('failed', { ...facts, proven: false }), ...failure() },
    ]);
    expect(evidence).toEqual([]);
  });
});
