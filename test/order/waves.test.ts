import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { criticalPath, finishTimes, type TimedNode } from '../../src/order/critical-path.ts';
import { waves, type OrderedNode } from '../../src/order/waves.ts';

describe('waves', () => {
  test('each node goes as early as it can; inside a wave by priority, then name', () => {
    const nodes = [
      node('web', ['db', 'auth']),
      node('db', [], 2),
      node('auth', ['db']),
      node('mail', []),
      node('dns', [], 1),
    ];
    expect(waves(nodes)).toEqual({ kind: 'ordered', waves: [['dns', 'db', 'mail'], ['auth'], ['web']] });
  });

  test('a need that is not among the nodes is ignored, one named twice counts once', () => {
    expect(waves([node('a', ['elsewhere']), node('b', ['a', 'a'])])).toEqual({
      kind: 'ordered',
      waves: [['a'], ['b']],
    });
  });

  test('nothing needs no waves', () => {
    expect(waves([])).toEqual({ kind: 'ordered', waves: [] });
  });

  test('a cycle is reported as itself, without what hangs on it', () => {
    const nodes = [
      node('free', []),
      node('hanging', ['b']),
      node('a', ['b']),
      node('b', ['c', 'free']),
      node('c', ['a']),
    ];
    expect(waves(nodes)).toEqual({ kind: 'cycle', cycle: ['a', 'b', 'c'] });
    expect(waves([node('self', ['self'])])).toEqual({ kind: 'cycle', cycle: ['self'] });
  });

  test('a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => node(`n${index}`, index === 0 ? [] : [`n${index - 1}`]));
    const ordering = waves(chain.toReversed());
    expect(ordering.kind === 'ordered' && ordering.waves.length).toBe(20_000);
    const closed = waves([...chain.slice(1), node('n0', ['n19999'])]);
    expect(closed.kind === 'cycle' && closed.cycle.length).toBe(20_000);
  });

  test('whatever the graph: needs go in earlier waves, and only just', () => {
    fc.assert(
      fc.property(acyclicGraphs, (nodes) => {
        const ordering = waves(nodes);
        const place = new Map(
          (ordering.kind === 'ordered' ? ordering.waves : []).flatMap((wave, index) =>
            wave.map((name) => [name, index]),
          ),
        );
        expect(place.size).toBe(nodes.length);
        for (const { name, needs } of nodes)
          expect(place.get(name)).toBe(1 + Math.max(-1, ...needs.map((need) => place.get(need) ?? 99)));
      }),
    );
  });

  test('whatever the graph: what is called a cycle is one', () => {
    fc.assert(
      fc.property(anyGraphs, (nodes) => {
        const ordering = waves(nodes);
        if (ordering.kind === 'ordered') return;
        const byName = new Map(nodes.map((one) => [one.name, one]));
        const { cycle } = ordering;
        expect(new Set(cycle).size).toBe(cycle.length);
        for (const [index, name] of cycle.entries())
          expect(byName.get(name)?.needs).toContain(cycle[(index + 1) % cycle.length]);
      }),
    );
  });
});

describe('criticalPath', () => {
  test('is the chain that takes longest, first to last', () => {
    const nodes = [timed('a', [], 5), timed('b', [], 7), timed('c', ['a', 'b'], 1), timed('d', ['a'], 2)];
    expect(criticalPath(nodes)).toEqual({ path: ['b', 'c'], ms: 8 });
    expect(criticalPath([])).toEqual({ path: [], ms: 0 });
  });

  test('whatever the graph: the path is a chain of needs, its durations add up, and no chain is longer', () => {
    fc.assert(
      fc.property(acyclicGraphs, fc.infiniteStream(fc.integer({ min: 0, max: 100 })), (graph, durations) => {
        const nodes = graph.map((one) => ({ ...one, ms: durations.next().value as number }));
        const byName = new Map(nodes.map((one) => [one.name, one]));
        const { path, ms } = criticalPath(nodes);
        expect(path.reduce((sum, name) => sum + (byName.get(name)?.ms ?? 0), 0)).toBe(ms);
        for (const [index, name] of path.slice(1).entries()) expect(byName.get(name)?.needs).toContain(path[index]);
        const finishes = finishTimes(nodes);
        for (const { name, needs, ms: own } of nodes) {
          const start = Math.max(0, ...needs.map((need) => finishes.get(need)?.ms ?? 0));
          expect(finishes.get(name)?.ms).toBe(start + own);
          expect(start + own).toBeLessThanOrEqual(ms);
        }
      }),
    );
  });
});

/** In an order in which needs come first. */
const acyclicGraphs = fc
  .array(fc.tuple(fc.array(fc.nat(40), { maxLength: 4 }), fc.integer({ min: 1, max: 3 })), { maxLength: 40 })
  .map((rows) =>
    rows.map(([needs, priority], index) => {
      const earlier = needs.filter((need) => need < index).map((need) => `n${need}`);
      return node(`n${index}`, earlier, priority);
    }),
  );

const anyGraphs = fc.array(fc.array(fc.nat(15), { maxLength: 3 }), { maxLength: 15 }).map((rows) =>
  rows.map((needs, index) =>
    node(
      `n${index}`,
      needs.map((need) => `n${need}`),
    ),
  ),
);

function node(name: string, needs: readonly string[], priority = 100): OrderedNode {
  return { name, needs, priority };
}

function timed(name: string, needs: readonly string[], ms: number): TimedNode {
  return { name, needs, ms };
}
