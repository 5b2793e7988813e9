import { formatDuration } from '../../base/duration.ts';
import type { RecoveryGraph } from '../../order/graph.ts';
import { durationLabel } from './label.ts';
import { type Box, type Layout, layOut, type Line, type Point } from './layout.ts';

const margin = 24;
const top = 72;
const boxHeight = 44;
const letterWidth = 7.6;
const longestLabel = 32;

/** A picture that needs no program to make: boxes in waves from left to right. Its colours are readable on light and on dark. */
export function graphSvg(graph: RecoveryGraph): string {
  const layout = layOut(graph, { width: boxWidth(graph), height: boxHeight });
  const heading = `Recovery of ${graph.title}: about ${formatDuration(graph.estimateSeconds * 1000)}`;
  const width = Math.ceil(Math.max(layout.width, heading.length * 9) + 2 * margin);
  const height = Math.ceil(layout.height + top + margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif">`,
    `<title>${escaped(heading)}</title>`,
    `<desc>${escaped(`Critical path: ${graph.criticalPath.join(', ')}`)}</desc>`,
    `<defs>${arrow('arrow', colors.line)}${arrow('critical-arrow', colors.critical)}</defs>`,
    `<text x="${margin}" y="${margin + 8}" font-size="16" font-weight="bold" fill="${colors.heading}">${escaped(heading)}</text>`,
    ...waveHeadings(layout),
    `<g transform="translate(${margin} ${top})">`,
    ...layout.lines.map(lineElement),
    ...layout.boxes.map(boxElement),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Mid-tones for what stands on the page's own background; boxes bring their background with them. */
const colors = {
  line: '#8a94a3',
  heading: '#7d8794',
  box: '#f6f8fa',
  text: '#1f2933',
  faint: '#56616e',
  critical: '#d9480f',
};

function boxWidth(graph: RecoveryGraph): number {
  const longest = graph.nodes.reduce(
    (most, { name, estimate }) => Math.max(most, name.length, durationLabel(estimate).length - 3),
    12,
  );
  return Math.min(longest, longestLabel) * letterWidth + 24;
}

function arrow(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
}

function waveHeadings({ boxes }: Layout): readonly string[] {
  const columns = new Map(boxes.map(({ node, x }) => [node.wave, x]));
  return [...columns].map(
    ([wave, x]) =>
      `<text x="${round(x + margin)}" y="${top - 14}" font-size="12" fill="${colors.heading}">wave ${wave + 1}</text>`,
  );
}

function lineElement({ edge, points }: Line): string {
  const [color, width, marker] = edge.critical ? [colors.critical, 2.5, 'critical-arrow'] : [colors.line, 1.3, 'arrow'];
  const title = `${edge.from} before ${edge.to}`;
  return `<path d="${curve(points)}" fill="none" stroke="${color}" stroke-width="${width}" marker-end="url(#${marker})"><title>${escaped(title)}</title></path>`;
}

/** Straight where it crosses a column, curved between columns. */
function curve(points: readonly Point[]): string {
  return points.map((point, index) => segment(points[index - 1], point, index)).join('');
}

function segment(from: Point | undefined, to: Point, index: number): string {
  if (!from) return `M${round(to.x)} ${round(to.y)}`;
  if (index % 2 === 0) return `L${round(to.x)} ${round(to.y)}`;
  const middle = round((from.x + to.x) / 2);
  return `C${middle} ${round(from.y)} ${middle} ${round(to.y)} ${round(to.x)} ${round(to.y)}`;
}

function boxElement({ node, x, y, width, height }: Box): string {
  const label = durationLabel(node.estimate);
  const [stroke, strokeWidth] = node.critical ? [colors.critical, 2.5] : [colors.line, 1.2];
  const title = `${node.name}: wave ${node.wave + 1}, priority ${node.priority}, ${label}${node.critical ? ', on the critical path' : ''}`;
  return [
    `<g transform="translate(${round(x)} ${round(y)})"><title>${escaped(title)}</title>`,
    `<rect width="${round(width)}" height="${height}" rx="6" fill="${colors.box}" stroke="${stroke}" stroke-width="${strokeWidth}"/>`,
    `<text x="12" y="19" font-size="13" fill="${colors.text}">${escaped(shortened(node.name))}</text>`,
    `<text x="12" y="35" font-size="11" fill="${colors.faint}">${escaped(label)}</text></g>`,
  ].join('');
}

function shortened(text: string): string {
  return text.length <= longestLabel ? text : `${text.slice(0, longestLabel - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** XML has no way to write control characters. */
function escaped(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\uFFFD').replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
