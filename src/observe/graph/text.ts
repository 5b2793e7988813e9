import { formatDuration } from '../../base/duration.ts';
import type { RecoveryGraph } from '../../order/graph.ts';
import { table } from '../text/table.ts';
import { durationLabel } from './label.ts';

/** The waves one below the other, the critical path marked with `*`. */
export function graphText(graph: RecoveryGraph): string {
  const { nodes, order, criticalPath, unreachable } = graph;
  if (nodes.length === 0) return `${graph.title} recovers no system.\n`;
  const needs = needsOf(graph);
  const rows = nodes.map(({ name, wave, estimate, critical }) => {
    const after = needs.get(name);
    return [
      String(wave + 1),
      critical ? '*' : '',
      name,
      durationLabel(estimate),
      after ? `after ${after.join(', ')}` : '',
    ];
  });
  const lines = [
    `Recovery of ${graph.title}: ${counted(nodes.length, 'system')} in ${counted(order.length, 'wave')}, about ${formatDuration(graph.estimateSeconds * 1000)}`,
    '',
    table(['WAVE', '', 'SYSTEM', 'TIME', ''], rows),
    '',
    `* critical path: ${criticalPath.join(' → ')}`,
  ];
  if (unreachable.length > 0) lines.push(`No runbook brings back: ${unreachable.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function needsOf(graph: RecoveryGraph): ReadonlyMap<string, readonly string[]> {
  const needs = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const known = needs.get(to);
    if (known) known.push(from);
    else needs.set(to, [from]);
  }
  return needs;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
