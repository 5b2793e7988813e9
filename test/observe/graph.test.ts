import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { layOut } from '../../src/observe/graph/layout.ts';
import { renderGraph } from '../../src/observe/graph/render.ts';
import { recoveryGraph, type RecoveryGraph } from '../../src/order/graph.ts';
import type { Runbook, Step } from '../../src/plan/model/runbook.ts';
import type { System } from '../../src/plan/model/system.ts';
import { requireProgram } from '../require.ts';
import { samplePlan, sampleSystem } from '../sample-plan.ts';

const minute = 60_000;
const shop = [
  systemOf('configuration', [], 1),
  systemOf('orders', ['configuration'], 5),
  systemOf('website', ['configuration', 'orders'], 2),
  sampleSystem('mail'),
];

describe('recoveryGraph', () => {
  test('holds the order, the critical path and its length', () => {
    const graph = recoveryGraph(samplePlan({ systems: shop }));
    expect(graph).toMatchObject({
      title: 'sample',
      order: [['configuration', 'mail'], ['orders'], ['website']],
      criticalPath: ['configuration', 'orders', 'website'],
      estimateSeconds: 480,
      unreachable: [],
    });
    expect(graph.edges).toEqual([
      { from: 'configuration', to: 'orders', critical: true },
      { from: 'configuration', to: 'website', critical: false },
      { from: 'orders', to: 'website', critical: true },
    ]);
  });

  test('a measured restore counts, not the estimate', () => {
    const graph = recoveryGraph(samplePlan({ systems: shop }), {
      measured: (name) => (name === 'orders' ? minute : undefined),
    });
    expect(graph.estimateSeconds).toBe(240);
    expect(graph.nodes.find(({ name }) => name === 'orders')?.estimate).toEqual({ ms: minute, from: 'measured' });
  });

  test('of a runbook: what it recovers, also through actions, and what that needs', () => {
    const actions = new Map([
      [
        'bring-back',
        { name: 'bring-back', at, description: undefined, params: new Map(), steps: [recoverStep('orders')] },
      ],
    ]);
    const runbooks = new Map([
      ['rebuild', runbook('rebuild', [{ ...common, id: 'all', kind: 'uses', action: 'bring-back', with: {} }])],
    ]);
    const plan = samplePlan({ systems: shop, actions, runbooks });
    expect(recoveryGraph(plan, { runbook: 'rebuild' })).toMatchObject({
      title: 'rebuild',
      order: [['configuration'], ['orders']],
    });
    expect(recoveryGraph(plan).unreachable).toEqual(['website', 'mail']);
    expect(() => recoveryGraph(plan, { runbook: 'rebuld' })).toThrow(
      expect.objectContaining({ code: 'unknown-runbook', hint: 'Did you mean rebuild?' }),
    );
  });
});

describe('text', () => {
  test('shows the waves', () => {
    expect(renderGraph(recoveryGraph(samplePlan({ systems: shop })), 'text'))
      .toBe(`Recovery of sample: 4 systems in 3 waves, about 8m

WAVE     SYSTEM         TIME
1     *  configuration  1m (estimate)
1        mail           unknown
2     *  orders         5m (estimate)  after configuration
3     *  website        2m (estimate)  after configuration, orders

* critical path: configuration → orders → website
`);
  });

  test('of nothing', () => {
    expect(renderGraph(recoveryGraph(samplePlan({})), 'text')).toBe('sample recovers no system.\n');
  });
});

describe('mermaid', () => {
  test('names are quoted and cannot end the quotes', () => {
    const systems = [systemOf('a"]; click n0 "x', [], 1), systemOf('b', ['a"]; click n0 "x'], 1)];
    expect(renderGraph(recoveryGraph(samplePlan({ systems })), 'mermaid')).toBe(`flowchart LR
  n0["a#34;#93;#59; click n0 #34;x<br/>1m (estimate)"]:::critical
  n1["b<br/>1m (estimate)"]:::critical
  n0 ==> n1
  classDef critical stroke-width:3px
`);
  });
});

const awkward = [
  systemOf('quote " backslash \\ <tag> & é 日本 \u0007', [], 1),
  systemOf('ends in \\', ['quote " backslash \\ <tag> & é 日本 \u0007'], 2),
];

describe.runIf(requireProgram('dot', ['-V']))('dot', () => {
  test('Graphviz accepts it, with names that need escapes', () => {
    const drawn = execFileSync('dot', ['-Tplain'], {
      input: renderGraph(recoveryGraph(samplePlan({ systems: awkward })), 'dot'),
      encoding: 'utf8',
    });
    expect(drawn.match(/^node/gm)).toHaveLength(2);
    expect(drawn.match(/^edge/gm)).toHaveLength(1);
  });
});

describe('svg', () => {
  test.runIf(requireProgram('python3', ['--version']))('is well-formed XML with a title for each box and line', () => {
    const script =
      'import sys, xml.dom.minidom as m\nd = m.parse(sys.stdin.buffer)\nprint(len(d.getElementsByTagName("rect")), len(d.getElementsByTagName("title")))';
    const svg = renderGraph(recoveryGraph(samplePlan({ systems: awkward })), 'svg');
    expect(execFileSync('python3', ['-c', script], { input: svg, encoding: 'utf8' }).trim()).toBe('2 4');
  });

  test('marks the critical path', () => {
    const svg = renderGraph(recoveryGraph(samplePlan({ systems: shop })), 'svg');
    expect(svg.match(/url\(#critical-arrow\)/g)).toHaveLength(2);
    expect(svg).toContain('<title>orders before website</title>');
    expect(svg).toContain('<title>website: wave 3, priority 100, 2m (estimate), on the critical path</title>');
  });

  test('5,000 systems: many waves, one chain', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      systemOf(`s${index}`, index < 3 ? [] : [`s${index % 97 === 0 ? 0 : Math.floor(index / 3)}`], 1),
    );
    const chain = Array.from({ length: 5000 }, (_, index) =>
      systemOf(`s${index}`, index === 0 ? [] : [`s${index - 1}`], 1),
    );
    for (const systems of [many, chain])
      expect(renderGraph(recoveryGraph(samplePlan({ systems })), 'svg').match(/<rect/g)).toHaveLength(5000);
  });
});

describe('whatever the graph', () => {
  const size = { width: 100, height: 40 };
  const graphs = fc
    .array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
    .map((rows) =>
      rows.map((needs, index) =>
        systemOf(
          `s${index}`,
          [...new Set(needs.filter((need) => need < index))].map((need) => `s${need}`),
          1,
        ),
      ),
    )
    .map((systems) => recoveryGraph(samplePlan({ systems })));

  test('no two boxes overlap, and all lie within the picture', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { boxes, width, height } = layOut(graph, size);
        expect(boxes).toHaveLength(graph.nodes.length);
        for (const [index, a] of boxes.entries()) {
          expect(a.x >= 0 && a.y >= -1e-6 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
          for (const b of boxes.slice(index + 1)) {
            const apart =
              a.x + a.width <= b.x ||
              b.x + b.width <= a.x ||
              a.y + a.height <= b.y + 1e-6 ||
              b.y + b.height <= a.y + 1e-6;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });

  test('each line leaves the right side of one box and reaches the left side of the other, left to right', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { boxes, lines } = layOut(graph, size);
        const byName = new Map(boxes.map((box) => [box.node.name, box]));
        expect(lines).toHaveLength(graph.edges.length);
        for (const { edge, points } of lines) {
          const [from, to] = [byName.get(edge.from), byName.get(edge.to)];
          expect(points[0]).toEqual({ x: (from?.x ?? 0) + size.width, y: (from?.y ?? 0) + size.height / 2 });
          expect(points.at(-1)).toEqual({ x: to?.x, y: (to?.y ?? 0) + size.height / 2 });
          for (const [index, point] of points.slice(1).entries())
            expect(point.x).toBeGreaterThan(points[index]?.x ?? Number.NaN);
        }
      }),
    );
  });

  test('a line that crosses a column runs between its boxes', () => {
    fc.assert(
      fc.property(graphs, (graph: RecoveryGraph) => {
        const { boxes, lines } = layOut(graph, size);
        for (const { points } of lines)
          for (let index = 1; index + 1 < points.length; index += 2) {
            const [start, end] = [points[index], points[index + 1]];
            expect(start?.y).toBe(end?.y);
            const hit = boxes.some(
              (box) => box.x === start?.x && box.y + 1e-6 < start.y && start.y < box.y + box.height - 1e-6,
            );
            expect(hit).toBe(false);
          }
      }),
    );
  });
});

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
const common = {
  at,
  title: undefined,
  needs: undefined,
  when: undefined,
  timeout: undefined,
  retry: { limit: 0, interval: 0, backoff: 1 },
  verify: [],
};

function recoverStep(system: string): Step {
  return { ...common, id: 'recover', kind: 'recover', systems: [system], moment: { kind: 'run' } };
}

function runbook(name: string, steps: readonly Step[]): Runbook {
  return {
    name,
    at,
    title: undefined,
    description: undefined,
    incident: undefined,
    objectives: { rto: undefined, rpo: undefined },
    params: new Map(),
    steps,
  };
}

function systemOf(name: string, needs: readonly string[], minutes: number): System {
  return sampleSystem(name, { needs, recovery: { estimate: minutes * minute, runbook: undefined } });
}
