import type { GraphEdge, GraphNode, RecoveryGraph } from '../../order/graph.ts';

/** Something that takes room in a column: a node, or a lane in which a line crosses it. */
export interface Place {
  readonly column: number;
  /** Undefined: a lane. */
  readonly node: GraphNode | undefined;
  /** Places in the column before it that lines come from. */
  readonly before: Place[];
}

export interface Column {
  /** From top to bottom. */
  readonly places: readonly Place[];
  /** Lines that end here, with their way through the columns, both ends included. */
  readonly ends: readonly Route[];
}

export interface Route {
  readonly edge: GraphEdge;
  readonly route: readonly Place[];
}

/** Lines that cross more columns than this in all go straight, behind the boxes: their lanes would need more room than the boxes. */
const mostLanes = 20_000;

/** Gives each node its column, each long line its lanes, and orders the columns so that few lines cross. */
export function columnsOf(graph: RecoveryGraph): readonly Column[] {
  const columns = graph.order.map(() => ({ places: [] as Place[], ends: [] as Route[] }));
  const byName = new Map<string, Place>();
  for (const node of graph.nodes) {
    const place = { column: node.wave, node, before: [] };
    byName.set(node.name, place);
    columns[node.wave]?.places.push(place);
  }
  const withLanes = lanesOf(graph) <= mostLanes;
  for (const edge of graph.edges) {
    const [from, to] = [byName.get(edge.from), byName.get(edge.to)];
    if (!from || !to) continue;
    const lanes = withLanes ? lanesBetween(from, to) : [];
    for (const lane of lanes) columns[lane.column]?.places.push(lane);
    const route = [from, ...lanes, to];
    for (const [index, place] of route.slice(1).entries()) place.before.push(route[index] ?? from);
    columns[to.column]?.ends.push({ edge, route });
  }
  sortColumns(columns);
  return columns;
}

function lanesOf(graph: RecoveryGraph): number {
  const waves = new Map(graph.nodes.map(({ name, wave }) => [name, wave]));
  return graph.edges.reduce((sum, { from, to }) => sum + (waves.get(to) ?? 0) - (waves.get(from) ?? 0) - 1, 0);
}

function lanesBetween(from: Place, to: Place): readonly Place[] {
  return Array.from({ length: to.column - from.column - 1 }, (_, index) => ({
    column: from.column + 1 + index,
    node: undefined,
    before: [],
  }));
}

/** Sorts each column by the average height of what its places come from, and the ones before by what comes from them, some times to and fro. */
function sortColumns(columns: readonly { readonly places: Place[] }[]): void {
  const after = new Map<Place, Place[]>();
  for (const { places } of columns)
    for (const place of places)
      for (const before of place.before) {
        const known = after.get(before);
        if (known) known.push(place);
        else after.set(before, [place]);
      }
  const heights = new Map<Place, number>();
  for (const { places } of columns) number(places, heights);
  for (let sweep = 0; sweep < 3; sweep += 1) {
    for (const { places } of columns.toReversed()) sortBy(places, (place) => after.get(place) ?? [], heights);
    for (const { places } of columns) sortBy(places, (place) => place.before, heights);
  }
}

function sortBy(places: Place[], neighbours: (place: Place) => readonly Place[], heights: Map<Place, number>): void {
  const keys = new Map(places.map((place) => [place, averageHeight(place, neighbours(place), heights)]));
  places.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
  number(places, heights);
}

/** A place without neighbours stays where it is. */
function averageHeight(place: Place, neighbours: readonly Place[], heights: ReadonlyMap<Place, number>): number {
  if (neighbours.length === 0) return heights.get(place) ?? 0;
  return neighbours.reduce((sum, one) => sum + (heights.get(one) ?? 0), 0) / neighbours.length;
}

/** As shares of the column's height, so that long and short columns compare. */
function number(places: readonly Place[], heights: Map<Place, number>): void {
  for (const [index, place] of places.entries()) heights.set(place, (index + 0.5) / places.length);
}
