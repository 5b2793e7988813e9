import type { RecoveryGraph } from '../../order/graph.ts';
import { durationLabel } from './label.ts';

/** A Mermaid flowchart. Names are only ever in quoted labels, as character references where they are not plain. */
export function graphMermaid(graph: RecoveryGraph): string {
  const ids = new Map(graph.nodes.map(({ name }, index) => [name, `n${index}`]));
  const nodes = graph.nodes.map(({ name, estimate, critical }) => {
    const label = `"${escaped(name)}<br/>${escaped(durationLabel(estimate))}"`;
    return `  ${ids.get(name)}[${label}]${critical ? ':::critical' : ''}`;
  });
  const edges = graph.edges.map(
    ({ from, to, critical }) => `  ${ids.get(from)} ${critical ? '==>' : '-->'} ${ids.get(to)}`,
  );
  return ['flowchart LR', ...nodes, ...edges, '  classDef critical stroke-width:3px', ''].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w .:()/-]/gu, (character) => `#${character.codePointAt(0)};`);
}
