import type { RecoveryGraph } from '../../order/graph.ts';
import { graphDot } from './dot.ts';
import { graphMermaid } from './mermaid.ts';
import { graphSvg } from './svg.ts';
import { graphText } from './text.ts';

export type GraphFormat = 'text' | 'mermaid' | 'dot' | 'svg';

/** Ends with a newline. */
export function renderGraph(graph: RecoveryGraph, format: GraphFormat): string {
  return renderers[format](graph);
}

const renderers: Readonly<Record<GraphFormat, (graph: RecoveryGraph) => string>> = {
  text: graphText,
  mermaid: graphMermaid,
  dot: graphDot,
  svg: graphSvg,
};
