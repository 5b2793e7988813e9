import type { Problems } from '../problems.ts';
import type { FlowEdge, FlowNode, Flows } from '../resolve/scope.ts';
import { findCycles } from './cycles.ts';

/** Reports systems, runbooks and actions whose recovery would set itself going again, and backups that would go round. */
export function checkCircles(flows: Flows, problems: Problems): void {
  const graph = new Map([...flows].map(([key, { edges }]) => [key, edges.map(({ to }) => to)]));
  for (const cycle of findCycles(graph)) report(cycle, flows, problems);
}

function report(cycle: readonly string[], flows: Flows, problems: Problems): void {
  const nouns = new Set(cycle.map((key) => flows.get(key)?.noun));
  const labels = cycle.map((key) => labelOf(flows.get(key), nouns.size));
  const [first, ...others] = cycle.map((key, index) => edgeOf(flows, key, cycle[(index + 1) % cycle.length] ?? key));
  if (!first) return;
  problems.error({
    code: 'cyclic-reference',
    at: first.at,
    message: `${verb(cycle)} in a circle: ${circleOf(labels)}`,
    hint: hintFor(cycle),
    related: others.flatMap((edge, index) =>
      edge
        ? [{ at: edge.at, message: `${labels[index + 1] ?? ''} leads to ${labels[(index + 2) % labels.length] ?? ''}` }]
        : [],
    ),
  });
}

/** Where all are of one kind, their names are enough. */
function labelOf(node: FlowNode | undefined, kinds: number): string {
  if (!node) return '';
  return kinds === 1 ? node.at.name : `${node.noun} ${node.at.name}`;
}

function edgeOf(flows: Flows, from: string, to: string): FlowEdge | undefined {
  return flows.get(from)?.edges.find((edge) => edge.to === to);
}

function verb(cycle: readonly string[]): string {
  if (cycle.every((key) => key.startsWith('systems.'))) return 'systems need each other';
  if (cycle.every((key) => key.startsWith('actions.'))) return 'actions use each other';
  if (cycle.every((key) => key.startsWith('storage.'))) return 'backups would go';
  return 'recovery would run';
}

function hintFor(cycle: readonly string[]): string {
  if (cycle.every((key) => key.startsWith('systems.'))) return 'Remove one of these `needs`.';
  if (cycle.every((key) => key.startsWith('actions.'))) return 'Remove one of these `uses`.';
  if (cycle.every((key) => key.startsWith('storage.'))) return 'Remove one of these `to`.';
  return 'In the runbook of a system, write `restore: { system: … }` in the place of `recover`, or remove one of the references.';
}

const mostShown = 12;

/** `a → b → a`; the middle of a long one is left out. */
export function circleOf(labels: readonly string[]): string {
  const shown =
    labels.length <= mostShown
      ? labels
      : [...labels.slice(0, mostShown - 2), `… ${labels.length - mostShown + 1} more …`, labels.at(-1) ?? ''];
  return [...shown, labels[0] ?? ''].join(' → ');
}
