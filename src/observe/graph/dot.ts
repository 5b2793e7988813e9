import type { RecoveryGraph } from '../../order/graph.ts';
import { durationLabel } from './label.ts';

/** For Graphviz: `dot -Tsvg`. */
export function graphDot(graph: RecoveryGraph): string {
  const nodes = graph.nodes.map(({ name, estimate, critical }) => {
    const label = `${escaped(name)}\\n${escaped(durationLabel(estimate))}`;
    return `  ${quoted(name)} [label="${label}"${critical ? ', penwidth=2.5' : ''}];`;
  });
  const edges = graph.edges.map(
    ({ from, to, critical }) => `  ${quoted(from)} -> ${quoted(to)}${critical ? ' [penwidth=2.5]' : ''};`,
  );
  return [
    `digraph ${quoted(graph.title)} {`,
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\]/g, String.raw`\$&`);
}
