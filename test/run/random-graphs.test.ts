import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MusterEvent } from '../../src/journal/event.ts';
import { runSteps } from '../../src/run/engine.ts';
import type { PlannedStep } from '../../src/order/step.ts';
import { failure, makeRig, request, step, type Work } from './rig.ts';

type Fate = 'succeeds' | 'partial' | 'fails' | 'fails once' | 'throws' | 'is skipped';

interface Node {
  readonly needs: readonly number[];
  readonly fate: Fate;
  readonly priority: number;
  /** How often it gives way to others before it ends. */
  readonly turns: number;
}

const fate = fc.constantFrom<Fate>(
  'succeeds',
  'succeeds',
  'succeeds',
  'partial',
  'fails',
  'fails once',
  'throws',
  'is skipped',
);

/** Each node needs only nodes before it; the list is shuffled afterwards. */
const graph = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      fate,
      priority: fc.nat({ max: 3 }),
      turns: fc.nat({ max: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((nodes) =>
    nodes.map((node, index): Node => ({ ...node, needs: index === 0 ? [] : node.needs.map((need) => need % index) })),
  );

const scenario = fc.record({
  nodes: graph,
  order: fc.infiniteStream(fc.nat()),
  concurrency: fc.integer({ min: 1, max: 4 }),
  onFailure: fc.constantFrom('continue' as const, 'stop' as const),
});

function stepsOf(nodes: readonly Node[]): readonly PlannedStep[] {
  return nodes.map(({ needs, fate, priority }, index) =>
    step(`s${index}`, {
      needs: [...new Set(needs)].map((need) => `s${need}`),
      priority,
      when: fate === 'is skipped' ? 'run.mode == "simulate"' : undefined,
      retry: { limit: fate === 'fails once' ? 1 : 0, interval: 0, backoff: 1 },
    }),
  );
}

function shuffled<T>(list: readonly T[], random: Iterator<number>): readonly T[] {
  const keyed = list.map((item) => ({ item, key: Number(random.next().value ?? 0) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function workOf({ fate, turns }: Node): Work {
  return async ({ attempt }) => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (fate === 'throws') throw new Error('thrown');
    if (fate === 'fails' || (fate === 'fails once' && attempt === 1)) return failure();
    return { status: fate === 'partial' ? 'partial' : 'succeeded' };
  };
}

type Terminal = Extract<MusterEvent, { readonly type: 'step.skipped' | 'attempt.finished' }>;

/** The end of a step: its last attempt, or being left out. */
function isTerminal(event: MusterEvent): event is Terminal {
  return event.type === 'step.skipped' || (event.type === 'attempt.finished' && event.retryIn === undefined);
}

function satisfies(event: MusterEvent | undefined): boolean {
  if (event?.type === 'step.skipped') return event.because === 'when';
  return event?.type === 'attempt.finished' && (event.status === 'succeeded' || event.status === 'partial');
}

describe('any graph of steps', () => {
  test('is executed in the order of its needs, within its concurrency, each step to one end', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ nodes, order, concurrency, onFailure }) => {
        const steps = stepsOf(nodes);
        const rig = makeRig({ work: Object.fromEntries(nodes.map((node, index) => [`s${index}`, workOf(node)])) });
        try {
          const { id, events, status } = await runSteps(
            request(shuffled(steps, order), { concurrency, onFailure }),
            rig.effects,
          );
          expect(disorder(steps, events, concurrency)).toEqual([]);
          const ends = events.filter(isTerminal).map((event) => event.step);
          expect([...ends].sort()).toEqual(steps.map((planned) => planned.id).sort());
          expect(status).toBe(expectedStatus(events, onFailure));
          expect(begunTooLate(events, onFailure)).toEqual([]);
          expect(rig.journal.run(id)?.events).toEqual(events);
          expect(rig.journal.verifyChain()).toMatchObject({ intact: true, events: events.length });
        } finally {
          rig.close();
        }
      }),
      { numRuns: 80 },
    );
  });
});

/** What is wrong with the order of the events; nothing, it is to be hoped. */
function disorder(
  steps: readonly PlannedStep[],
  events: readonly MusterEvent[],
  concurrency: number,
): readonly string[] {
  const faults: string[] = [];
  const ended = new Map<string, MusterEvent>();
  let running = 0;
  for (const event of events) {
    if (event.type === 'attempt.started') {
      running += 1;
      const needs = steps.find((planned) => planned.id === event.step)?.needs ?? [];
      if (running > concurrency) faults.push(`${running} steps at once`);
      if (ended.has(event.step)) faults.push(`${event.step} began after its end`);
      for (const need of needs) if (!satisfies(ended.get(need))) faults.push(`${event.step} began before ${need}`);
    }
    if (event.type === 'attempt.finished') running -= 1;
    if (isTerminal(event)) ended.set(event.step, event);
  }
  return running === 0 ? faults : [...faults, `${running} steps never ended`];
}

function expectedStatus(events: readonly MusterEvent[], onFailure: 'continue' | 'stop'): string {
  const attempts = events.filter(isTerminal).filter((event) => event.type === 'attempt.finished');
  const has = (status: string): boolean => attempts.some((event) => event.status === status);
  if (!has('failed')) return has('partial') ? 'partial' : 'succeeded';
  return onFailure === 'continue' && (has('partial') || has('succeeded')) ? 'partial' : 'failed';
}

/** Steps that began although the run stops at a failure. */
function begunTooLate(events: readonly MusterEvent[], onFailure: 'continue' | 'stop'): readonly MusterEvent[] {
  const failure = events.findIndex((event) => isTerminal(event) && 'status' in event && event.status === 'failed');
  if (failure < 0 || onFailure === 'continue') return [];
  return events.slice(failure).filter((event) => event.type === 'attempt.started' && event.attempt === 1);
}
