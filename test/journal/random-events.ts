import * as fc from 'fast-check';
import type { MusterEvent, MusterEventBody } from '../../src/journal/event.ts';
import { backup, runStarted } from './events.ts';

const runs = ['r1', 'r2', 'r3'];
const steps = ['one', 'two', 'three'];
const step = fc.constantFrom(...steps, 'not-there');
const system = fc.constantFrom('orders', 'website');
const error = fc.option(
  fc.record({ code: fc.string(), message: fc.string({ unit: 'binary' }), hint: fc.constant(undefined) }),
  { nil: undefined },
);
const severity = fc.constantFrom('ok' as const, 'warning' as const, 'error' as const);

const record = fc
  .record({
    id: fc.constantFrom('aaaa', 'aaab', 'b0b0', 'c0c0'),
    system,
    startedAt: fc.nat({ max: 1000 }),
    finishedAt: fc.nat({ max: 2000 }),
    status: fc.constantFrom('succeeded' as const, 'partial' as const),
  })
  .map(({ id, ...details }) => backup(id, details));

const body: fc.Arbitrary<MusterEventBody> = fc.oneof(
  fc.record({
    type: fc.constant('run.finished' as const),
    kind: fc.constant('backup' as const),
    name: fc.string(),
    status: fc.constantFrom('succeeded' as const, 'failed' as const, 'partial' as const, 'cancelled' as const),
    error,
  }),
  fc.record({
    type: fc.constant('run.interrupted' as const),
    kind: fc.constant('backup' as const),
    name: fc.string(),
    steps: fc.subarray(steps),
  }),
  fc.record({
    type: fc.constant('backup.removed' as const),
    system,
    backup: fc.constantFrom('aaaa', 'aaab', 'zzzz').map((id) => id.padEnd(64, '0')),
    storage: fc.constantFrom('primary', 'second'),
  }),
  fc.record({
    type: fc.constant('backup.repaired' as const),
    system,
    storage: fc.constantFrom('primary', 'second'),
    snapshot: fc.constantFrom('aaaa', 'b0b0').map((id) => id.padEnd(64, '0')),
    replacement: fc.option(fc.constant('d0d0'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('copy.succeeded' as const),
    system,
    backup: fc.constantFrom('aaaa', 'aaab', 'zzzz').map((id) => id.padEnd(64, '0')),
    storage: fc.constantFrom('primary', 'second'),
    snapshot: fc.constant('e0e0'),
    from: fc.constant('primary'),
    bytesStored: fc.nat(),
    durationMs: fc.nat(),
  }),
  fc.record({
    type: fc.constant('copy.failed' as const),
    system,
    backup: fc.constantFrom('aaaa', 'aaab', 'zzzz').map((id) => id.padEnd(64, '0')),
    storage: fc.constantFrom('primary', 'second'),
    error: fc.constant({ code: 'broken', message: 'it broke', hint: undefined }),
  }),
  fc.record({ type: fc.constant('attempt.started' as const), step, attempt: fc.nat({ max: 5 }) }),
  fc.record({
    type: fc.constant('attempt.finished' as const),
    step,
    attempt: fc.nat({ max: 5 }),
    status: fc.constantFrom('succeeded' as const, 'partial' as const, 'failed' as const, 'cancelled' as const),
    error,
    output: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
    faults: fc.constant([]),
    facts: fc.jsonValue(),
  }),
  fc.record({
    type: fc.constant('step.skipped' as const),
    step,
    reason: fc.string(),
    because: fc.constantFrom('when' as const, 'need' as const, 'cancelled' as const),
  }),
  fc.record({
    type: fc.constant('step.checked' as const),
    step,
    findings: fc.array(fc.record({ severity, message: fc.string() }), { maxLength: 3 }),
  }),
  record.map((made) => ({ type: `backup.${made.status}` as const, system: made.system, backup: made })),
  fc.record({
    type: fc.constant('backup.failed' as const),
    system,
    error: fc.constant({ code: 'broken', message: 'it broke', hint: undefined }),
  }),
  fc.record({
    type: fc.constant('verify.finished' as const),
    system,
    backup: fc.constant('aaaa'),
    level: fc.constant('basic'),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    passed: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('restore.finished' as const),
    system,
    backup: fc.constant('aaaa'),
    status: fc.constantFrom('succeeded' as const, 'partial' as const),
    proven: fc.boolean(),
    durationMs: fc.nat(),
  }),
  fc.record({
    type: fc.constant('message.sent' as const),
    message: fc.string(),
    audience: fc.string(),
    channel: fc.string(),
  }),
);

const event: fc.Arbitrary<MusterEvent> = fc
  .record({ run: fc.constantFrom(...runs, 'unknown'), at: fc.nat({ max: 10_000 }), body })
  .map(({ run, at, body }) => ({ run, at, ...body }));

/** Runs that start (one simulated), then anything in any order, about those runs and about one that never began. */
export const randomEvents: fc.Arbitrary<readonly MusterEvent[]> = fc
  .array(event, { maxLength: 40 })
  .map((events) => [
    runStarted('r1', { steps }),
    runStarted('r2', { steps, mode: 'simulate' }),
    runStarted('r3', { steps: ['one'] }),
    ...events,
  ]);
