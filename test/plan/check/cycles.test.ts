import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCycles } from '../../../src/plan/check/cycles.ts';

type Edges = Readonly<Record<string, readonly string[]>>;

function cyclesOf(edges: Edges): readonly (readonly string[])[] {
  return findCycles(new Map(Object.entries(edges)));
}

describe('circles', () => {
  test('there are none where everything leads to an end', () => {
    expect(cyclesOf({ a: ['b', 'c'], b: ['c'], c: [], d: ['missing'] })).toEqual([]);
  });

  test('the shortest way back is given', () => {
    expect(cyclesOf({ a: ['b', 'd'], b: ['c'], c: ['d'], d: ['a'] })).toEqual([['a', 'd']]);
  });

  test('one that needs itself is a circle', () => {
    expect(cyclesOf({ a: ['a'] })).toEqual([['a']]);
  });

  test('each group of circles is told once', () => {
    const cycles = cyclesOf({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'], e: ['a'] });
    expect(cycles.map((cycle) => cycle.toSorted())).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ]);
  });

  test('long chains need no stack', () => {
    const chain = new Map(Array.from({ length: 100_000 }, (_, index) => [`${index}`, [`${index + 1}`]]));
    expect(findCycles(chain)).toEqual([]);
    expect(findCycles(chain.set('100000', ['0']))[0]).toHaveLength(100_001);
  });

  const graph = fc
    .array(fc.array(fc.nat(7), { maxLength: 3 }), { maxLength: 8 })
    .map((lists) => Object.fromEntries(lists.map((targets, node) => [`${node}`, targets.map(String)])));

  test('what is given leads back to where it began, and nothing is missed', () => {
    const property = fc.property(graph, (edges) => {
      const cycles = cyclesOf(edges);
      for (const cycle of cycles)
        for (const [index, node] of cycle.entries()) expect(edges[node]).toContain(cycle[(index + 1) % cycle.length]);
      expect(cycles.length > 0).toBe(Object.keys(edges).some((node) => reaches(edges, node, node)));
    });
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });
});

function reaches(edges: Edges, from: string, to: string): boolean {
  const seen = new Set<string>();
  const queue = [...(edges[from] ?? [])];
  for (const node of queue) {
    if (node === to) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...(edges[node] ?? []));
  }
  return false;
}
