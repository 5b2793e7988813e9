import type { GraphEdge, GraphNode, RecoveryGraph } from '../../order/graph.ts';
import { columnsOf, type Column, type Place } from './columns.ts';

export interface Box {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly edge: GraphEdge;
  /** From the right side of one box to the left side of another; in between, where it crosses the columns that lie there. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

const columnGap = 70;
const rowGap = 16;
/** Room that a line takes where it crosses a column. */
const laneHeight = 6;

/** One column for each wave, left to right; each box as near to what it needs as there is room. No two boxes overlap. */
export function layOut(graph: RecoveryGraph, size: BoxSize): Layout {
  const columns = columnsOf(graph);
  const middles = middlesOf(columns, size);
  const x = (place: Place): number => place.column * (size.width + columnGap);
  const y = (place: Place): number => middles.get(place) ?? 0;
  const boxes = columns.flatMap(({ places }) =>
    places.flatMap((place) =>
      place.node ? [{ node: place.node, x: x(place), y: y(place) - size.height / 2, ...size }] : [],
    ),
  );
  const lines = columns.flatMap(({ ends }) =>
    ends.map(({ edge, route }) => ({
      edge,
      points: pointsOf(
        route.map((place) => ({ x: x(place), y: y(place) })),
        size,
      ),
    })),
  );
  return {
    boxes,
    lines,
    width: extent(boxes.map((box) => box.x + box.width)),
    height: extent([
      ...boxes.map((box) => box.y + box.height),
      ...[...middles.values()].map((middle) => middle + laneHeight),
    ]),
  };
}

/** The vertical middle of each place; the highest box begins at 0. */
function middlesOf(columns: readonly Column[], size: BoxSize): ReadonlyMap<Place, number> {
  const middles = new Map<Place, number>();
  let top = Number.POSITIVE_INFINITY;
  for (const { places } of columns) {
    const wished = places.map((place) => average(place.before.map((before) => middles.get(before) ?? 0)));
    const got = stacked(places, wished, size);
    for (const [index, place] of places.entries()) {
      const middle = got[index] ?? 0;
      middles.set(place, middle);
      top = Math.min(top, middle - heightOf(place, size) / 2);
    }
  }
  for (const [place, middle] of middles) middles.set(place, middle - top);
  return middles;
}

/** Puts each place where it wishes to be or below, without overlap; then moves all by what they are off on average. */
function stacked(places: readonly Place[], wished: readonly (number | undefined)[], size: BoxSize): readonly number[] {
  let bottom = Number.NEGATIVE_INFINITY;
  const got = places.map((place, index) => {
    const half = heightOf(place, size) / 2;
    const lowest = bottom === Number.NEGATIVE_INFINITY ? (wished[index] ?? 0) : bottom + rowGap + half;
    const middle = Math.max(lowest, wished[index] ?? lowest);
    bottom = middle + half;
    return middle;
  });
  const off =
    average(got.flatMap((middle, index) => (wished[index] === undefined ? [] : [middle - wished[index]]))) ?? 0;
  return got.map((middle) => middle - off);
}

/** A line crosses the column of a lane on one height, from the column's left side to its right side. */
function pointsOf(route: readonly Point[], { width }: BoxSize): readonly Point[] {
  const last = route.length - 1;
  return route.flatMap(({ x, y }, index) => {
    const sides = [];
    if (index > 0) sides.push({ x, y });
    if (index < last) sides.push({ x: x + width, y });
    return sides;
  });
}

function heightOf(place: Place, size: BoxSize): number {
  return place.node ? size.height : laneHeight;
}

function average(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function extent(ends: readonly number[]): number {
  return ends.reduce((most, end) => Math.max(most, end), 0);
}
