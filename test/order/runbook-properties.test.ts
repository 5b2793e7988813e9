import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Step } from '../../src/plan/model/runbook.ts';
import type { System } from '../../src/plan/model/system.ts';
import { planRunbook, type RunbookPlan } from '../../src/order/runbook.ts';
import { sampleBackup, samplePlan, sampleSystem } from '../sample-plan.ts';
import { recover, run, sampleAction, sampleRunbook, uses, wait } from './sample-runbook.ts';

/** Systems `s0` … that need only systems with a lower number, in an order that does not show it. */
const systemsArbitrary = fc
  .array(
    fc.record({
      needs: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
      priority: fc.nat(5),
      probes: fc.nat(2),
      kind: fc.constantFrom('plain', 'plain', 'sourceless', 'own runbook'),
      estimate: fc.option(fc.nat(1000)),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .chain((drawn) => fc.shuffledSubarray(drawn.map(systemFrom), { minLength: drawn.length, maxLength: drawn.length }));

interface DrawnSystem {
  readonly needs: readonly number[];
  readonly priority: number;
  readonly probes: number;
  readonly kind: string;
  readonly estimate: number | null;
}

function systemFrom({ needs, priority, probes, kind, estimate }: DrawnSystem, index: number): System {
  return sampleSystem(`s${index}`, {
    needs: needs.filter((need) => need < index).map((need) => `s${need}`),
    priority,
    probes: Array.from({ length: probes }, (_, number) => `p${number}`),
    recovery: { estimate: estimate ?? undefined, runbook: kind === 'own runbook' ? 'own' : undefined },
    ...(kind === 'sourceless' ? { source: undefined, storage: undefined } : {}),
  });
}

interface DrawnStep {
  readonly kind: 'run' | 'wait' | 'uses' | 'recover';
  readonly needs: readonly number[] | null;
  readonly systems: readonly number[];
  readonly conditional: boolean;
}

const stepsArbitrary = fc.array(
  fc.record<DrawnStep>({
    kind: fc.constantFrom('run', 'wait', 'uses', 'recover', 'recover'),
    needs: fc.option(fc.uniqueArray(fc.nat(7), { maxLength: 3 })),
    systems: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 }),
    conditional: fc.boolean(),
  }),
  { maxLength: 8 },
);

function stepFrom(drawn: DrawnStep, index: number, count: number): Step {
  const needs = drawn.needs?.filter((need) => need < index).map((need) => `t${need}`);
  const common = { needs, when: drawn.conditional ? 'params.go' : undefined };
  const id = `t${index}`;
  switch (drawn.kind) {
    case 'run':
      return run(id, common);
    case 'wait':
      return wait(id, index * 100, common);
    case 'uses':
      return uses(id, 'twice', common);
    case 'recover':
      break;
  }
  return recover(id, [...new Set(drawn.systems.map((number) => `s${number % count}`))], common);
}

function planFrom(systems: readonly System[], drawn: readonly DrawnStep[]): RunbookPlan {
  const steps = drawn.map((step, index) => stepFrom(step, index, systems.length));
  const runbooks = [
    sampleRunbook('r', steps, {
      params: new Map([['go', { type: 'boolean', description: undefined, default: true }]]),
    }),
    sampleRunbook('own', [run('before'), run('probe-p0', { needs: [] })]),
  ];
  const plan = samplePlan({
    systems,
    runbooks: new Map(runbooks.map((runbook) => [runbook.name, runbook])),
    actions: new Map([
      ['twice', sampleAction('twice', [uses('one', 'once'), uses('two', 'once', { needs: [] })])],
      ['once', sampleAction('once', [run('x'), run('y')])],
    ]),
  });
  const backups = systems.map(({ name }, index) => sampleBackup(name, index));
  return planRunbook(plan, 'r', {
    params: {},
    moment: { kind: 'latest' },
    now: 1000,
    backups,
    measured: () => undefined,
  });
}

test('each step comes after everything that it needs, and ids are unique', () => {
  fc.assert(
    fc.property(systemsArbitrary, stepsArbitrary, (systems, drawn) => {
      const seen = new Set<string>();
      for (const { id, needs } of planFrom(systems, drawn).steps) {
        expect(seen.has(id)).toBe(false);
        expect(needs.filter((need) => !seen.has(need))).toEqual([]);
        expect(new Set(needs).size).toBe(needs.length);
        seen.add(id);
      }
    }),
    { numRuns: 300 },
  );
});

test('nothing of a system begins before all that brings back the systems it needs, directly or not, is done', () => {
  fc.assert(
    fc.property(systemsArbitrary, stepsArbitrary, (systems, drawn) => {
      const plan = planFrom(systems, drawn);
      const before = stepsBefore(plan);
      const byName = new Map(systems.map((system) => [system.name, system]));
      for (const { id } of plan.steps) {
        const [group, name = '', rest] = id.split('/');
        const system = rest === undefined ? undefined : byName.get(name);
        for (const need of system?.needs ?? []) {
          const needed = plan.steps.map((step) => step.id).filter((other) => other.startsWith(`${group}/${need}/`));
          expect(needed.filter((other) => !before.get(id)?.has(other))).toEqual([]);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('what an earlier step needs is done before a later step begins', () => {
  fc.assert(
    fc.property(systemsArbitrary, stepsArbitrary, (systems, drawn) => {
      const plan = planFrom(systems, drawn);
      const before = stepsBefore(plan);
      const ofStep = (index: number): string[] =>
        plan.steps.map(({ id }) => id).filter((id) => id === `t${index}` || id.startsWith(`t${index}/`));
      drawn.forEach(({ needs }, index) => {
        const own = needs?.filter((need) => need < index) ?? (index > 0 ? [index - 1] : []);
        const wanted = own.flatMap(ofStep);
        for (const id of ofStep(index)) expect(wanted.filter((other) => !before.get(id)?.has(other))).toEqual([]);
      });
    }),
    { numRuns: 300 },
  );
});

test('every system that is asked for, and all that it needs, is recovered, and restored in place at most once without conditions', () => {
  fc.assert(
    fc.property(systemsArbitrary, stepsArbitrary, (systems, drawn) => {
      const steps = drawn.map((step) => ({ ...step, conditional: false }));
      const plan = planFrom(systems, steps);
      const restored = plan.recovers.map(({ system }) => system);
      expect(new Set(restored).size).toBe(restored.length);
      const asked = steps
        .filter(({ kind }) => kind === 'recover')
        .flatMap((step) => step.systems.map((number) => number % systems.length));
      const wanted = closure(
        systems,
        asked.map((number) => `s${number}`),
      );
      const plain = systems.filter(({ name, source, recovery }) => wanted.has(name) && source && !recovery.runbook);
      expect(restored.toSorted()).toEqual(plain.map(({ name }) => name).toSorted());
    }),
    { numRuns: 300 },
  );
});

test('the critical path is a chain of needs, and as long as the estimate', () => {
  fc.assert(
    fc.property(systemsArbitrary, stepsArbitrary, (systems, drawn) => {
      const plan = planFrom(systems, drawn);
      const steps = new Map(plan.steps.map((step) => [step.id, step]));
      plan.criticalPath
        .slice(1)
        .forEach((id, index) => expect(steps.get(id)?.needs).toContain(plan.criticalPath[index]));
      const sum = plan.criticalPath.reduce((ms, id) => ms + (steps.get(id)?.estimate.ms ?? 0), 0);
      expect(plan.estimateMs).toBe(sum);
    }),
  );
});

function stepsBefore({ steps }: RunbookPlan): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map<string, Set<string>>();
  for (const { id, needs } of steps)
    before.set(id, new Set([...needs, ...needs.flatMap((need) => [...(before.get(need) ?? [])])]));
  return before;
}

function closure(systems: readonly System[], names: readonly string[]): ReadonlySet<string> {
  const reached = new Set(names);
  for (const name of reached)
    for (const need of systems.find((system) => system.name === name)?.needs ?? []) reached.add(need);
  return reached;
}
