import { describe, expect, test } from 'vitest';
import type { MusterEvent, MusterEventBody } from '../../src/journal/event.ts';
import { messageValues } from '../../src/notify/context.ts';
import type { Occasion } from '../../src/notify/occasion.ts';
import { renderFor } from '../../src/notify/render.ts';
import { afterEvent, type RunFacts } from '../../src/notify/run-facts.ts';
import { templateVariables } from '../../src/plan/template.ts';
import { backupRecord, message, planWith } from './plan.ts';

const plan = planWith({ channels: [] });
const minute = 60_000;

function event(body: MusterEventBody, at = 0): MusterEvent {
  return { run: 'run-1', at, ...body };
}

const started = event({
  type: 'run.started',
  kind: 'recover',
  name: 'rebuild',
  mode: 'execute',
  planHash: '0'.repeat(64),
  reason: 'the disk is dead',
  by: 'ada@control',
  steps: ['tell', 'recover', 'probe', 'done'].map((id) => ({ id, title: id, kind: 'run', needs: [] })),
});

function finished(step: string, status: 'succeeded' | 'failed', at: number): MusterEvent {
  const output = 'SECRET OUTPUT';
  const facts = { kind: 'run', secret: 'SECRET FACT' };
  const error = undefined;
  return event({ type: 'attempt.finished', step, attempt: 1, status, error, output, faults: [], facts }, at);
}

function factsAfter(...events: readonly MusterEvent[]): RunFacts | undefined {
  let facts: RunFacts | undefined;
  for (const event of events) facts = afterEvent(facts, event);
  return facts;
}

function values(occasion: Occasion): ReturnType<typeof messageValues> {
  return messageValues({ plan, audience: 'team', set: { cause: 'flood' }, occasion });
}

describe('a recovery under way', () => {
  const run = factsAfter(
    started,
    finished('tell', 'succeeded', minute),
    finished('recover', 'failed', 2 * minute),
    event({ type: 'step.skipped', step: 'probe', reason: 'its condition is false', because: 'when' }, 3 * minute),
    event({
      type: 'restore.finished',
      system: 'orders',
      backup: 'b',
      status: 'succeeded',
      proven: true,
      durationMs: 10,
    }),
  );
  const restored = [backupRecord({ startedAt: -30 * minute }), backupRecord({ startedAt: -42 * minute })];
  const background = { systems: ['configuration', 'orders'], estimate: 10 * minute };

  test('is told with its incident, its progress and its objectives', () => {
    expect(run?.restored).toEqual(['b']);
    expect(values({ now: 5 * minute, run, restored, background })).toMatchObject({
      plan: { name: 'shop', timezone: 'Europe/Berlin' },
      incident: { type: 'data-loss', details: 'the disk is dead', startedAt: 0 },
      run: { id: 'run-1', title: 'Rebuild the shop', status: 'running', by: 'ada@control', duration: 5 * minute },
      systems: ['configuration', 'orders'],
      recovery: {
        completed: 2,
        total: 4,
        percent: 50,
        elapsed: 5 * minute,
        estimate: 10 * minute,
        rto: 120 * minute,
        dataLoss: 42 * minute,
        restoredTo: -42 * minute,
      },
      set: { cause: 'flood' },
    });
  });

  test('knows its systems from the runbook when nothing else says them', () => {
    expect(values({ now: 0, run }).systems).toEqual(['orders']);
  });
});

test('a run that ended has its end and its length', () => {
  const end = event(
    { type: 'run.finished', kind: 'recover', name: 'rebuild', status: 'partial', error: undefined },
    7 * minute,
  );
  expect(values({ now: 9 * minute, run: factsAfter(started, end), event: end })).toMatchObject({
    run: { status: 'partial', finishedAt: 7 * minute, duration: 7 * minute },
    recovery: { elapsed: 7 * minute },
    event: { type: 'run.finished', status: 'partial' },
  });
});

test('a backup that failed is told with its system and its fault', () => {
  const error = { code: 'storage-full', message: 'primary is full\n'.repeat(100), hint: 'Free some space.' };
  const told = values({ now: 0, event: event({ type: 'backup.failed', system: 'orders', error }, minute) });
  expect(told).toMatchObject({
    systems: ['orders'],
    system: { name: 'orders', description: 'the orders', tier: 'critical', priority: 1 },
    event: { type: 'backup.failed', at: minute, status: 'failed', error: { code: 'storage-full' } },
  });
  expect(told.event?.error?.message).toMatch(/^primary is full primary .{470,500}…$/);
});

test('a partial backup is told with where it is', () => {
  const backup = backupRecord({ status: 'partial' });
  expect(values({ now: 0, event: event({ type: 'backup.partial', system: 'orders', backup }) })).toMatchObject({
    backup: { id: backup.id, type: 'full', status: 'partial', bytesTotal: 20, storage: ['primary'] },
    event: { status: 'partial' },
  });
});

test('a verification is told with its score', () => {
  const verified = event({
    type: 'verify.finished',
    system: 'orders',
    backup: 'b1',
    level: 'standard',
    score: 40,
    passed: false,
  });
  expect(values({ now: 0, event: verified })).toMatchObject({
    backup: { id: 'b1', system: 'orders' },
    event: { level: 'standard', score: 40, passed: false },
  });
});

test('files that could not be read are told by name, five of them', () => {
  const faults = Array.from({ length: 8 }, (_, index) => ({
    path: `/f${index}`,
    kind: 'unreadable',
    detail: 'EACCES',
  }));
  const attempt = event({
    type: 'attempt.finished',
    step: 'orders',
    attempt: 1,
    status: 'partial',
    error: undefined,
    output: undefined,
    faults,
    facts: undefined,
  });
  expect(values({ now: 0, event: attempt }).event?.detail).toBe(
    '/f0: EACCES; /f1: EACCES; /f2: EACCES; /f3: EACCES; /f4: EACCES; and 3 more',
  );
});

test('neither output nor evidence of a step gets into a message', () => {
  const attempt = finished('recover', 'failed', minute);
  const told = values({ now: 0, run: factsAfter(started, attempt), event: attempt });
  expect(JSON.stringify(told)).not.toContain('SECRET');
});

test('every value has a name that templates know', () => {
  const backup = backupRecord();
  const happened = event({ type: 'backup.succeeded', system: 'orders', backup });
  const told = values({ now: 0, run: factsAfter(started), event: happened, restored: [backup] });
  const known = templateVariables({ kind: 'message', params: ['cause'] });
  expect(Object.keys(known)).toEqual(expect.arrayContaining(Object.keys(told)));
  for (const [name, variable] of Object.entries(known)) {
    const fields = variable.kind === 'object' ? Object.keys(variable.fields) : [];
    const given = variable.kind === 'object' ? Object.keys(new Map(Object.entries(told)).get(name) ?? {}) : [];
    expect(fields).toEqual(expect.arrayContaining(given));
  }
});

describe('rendering', () => {
  const at = { plan: { name: 'shop', timezone: 'UTC' }, audience: 'team' };

  test('keeps a subject in one line and a text readable', () => {
    const told = { ...at, set: { name: 'a\r\nBcc: b\u0000' } };
    const rendered = renderFor(
      message('m', { default: '\nx {{set.name}}\r\n\n\n\ny\ud800\n\n' }, 'To {{set.name}}'),
      told,
    );
    expect(rendered).toEqual({ subject: 'To a Bcc: b', text: 'x a\nBcc: b\uFFFD\n\ny\uFFFD' });
  });

  test('marks nothing up', () => {
    const rendered = renderFor(message('m', { default: '{{set.name}}' }), { ...at, set: { name: '<b> & "c"' } });
    expect(rendered.text).toBe('<b> & "c"');
  });
});
