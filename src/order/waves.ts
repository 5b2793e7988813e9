/** Something that has to wait for others. */
export interface OrderedNode {
  readonly name: string;
  /** Names of what goes before it; names that are not among the nodes are ignored. */
  readonly needs: readonly string[];
  /** Inside a wave the lower number goes first, then the name. */
  readonly priority: number;
}

export type Ordering =
  /** Each wave needs only what is in waves before it; its members may go at the same time. */
  | { readonly kind: 'ordered'; readonly waves: readonly (readonly string[])[] }
  /** Each member needs the next one, the last needs the first. */
  | { readonly kind: 'cycle'; readonly cycle: readonly string[] };

/** As few waves as the needs allow, each node as early as it can go. Linear but for the sorting; no recursion. */
export function waves(nodes: Iterable<OrderedNode>): Ordering {
  const graph = graphOf(nodes);
  const result: (readonly string[])[] = [];
  let done = 0;
  for (let wave = graph.ready; wave.length > 0; wave = release(graph, wave)) {
    wave.sort(byPriority);
    result.push(wave.map((node) => node.name));
    done += wave.length;
  }
  if (done === graph.nodes.size) return { kind: 'ordered', waves: result };
  return { kind: 'cycle', cycle: cycleIn(graph) };
}

interface Graph {
  readonly nodes: ReadonlyMap<string, OrderedNode>;
  readonly neededBy: ReadonlyMap<string, readonly OrderedNode[]>;
  /** How many needs of each node are not done. */
  readonly waiting: Map<string, number>;
  readonly ready: OrderedNode[];
}

function graphOf(list: Iterable<OrderedNode>): Graph {
  const nodes = new Map<string, OrderedNode>();
  for (const node of list) nodes.set(node.name, node);
  const neededBy = new Map<string, OrderedNode[]>();
  const waiting = new Map<string, number>();
  for (const node of nodes.values()) {
    const needs = [...new Set(node.needs)].filter((name) => nodes.has(name));
    waiting.set(node.name, needs.length);
    for (const need of needs) {
      const dependants = neededBy.get(need);
      if (dependants) dependants.push(node);
      else neededBy.set(need, [node]);
    }
  }
  const ready = [...nodes.values()].filter((node) => waiting.get(node.name) === 0);
  return { nodes, neededBy, waiting, ready };
}

/** The nodes that have nothing to wait for once `wave` is done. */
function release(graph: Graph, wave: readonly OrderedNode[]): OrderedNode[] {
  const freed: OrderedNode[] = [];
  for (const { name } of wave)
    for (const node of graph.neededBy.get(name) ?? []) {
      const left = (graph.waiting.get(node.name) ?? 0) - 1;
      graph.waiting.set(node.name, left);
      if (left === 0) freed.push(node);
    }
  return freed;
}

function byPriority(a: OrderedNode, b: OrderedNode): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** Every node that still waits needs another one that still waits: following them must come back to where it was. */
function cycleIn(graph: Graph): readonly string[] {
  const stuck = [...graph.nodes.values()].filter((node) => (graph.waiting.get(node.name) ?? 0) > 0).sort(byPriority);
  const path: string[] = [];
  const places = new Map<string, number>();
  let node = stuck[0];
  while (node && !places.has(node.name)) {
    places.set(node.name, path.length);
    path.push(node.name);
    node = stillWaiting(graph, node);
  }
  return path.slice(places.get(node?.name ?? '') ?? 0);
}

function stillWaiting(graph: Graph, node: OrderedNode): OrderedNode | undefined {
  const need = node.needs.find((name) => (graph.waiting.get(name) ?? 0) > 0);
  return need === undefined ? undefined : graph.nodes.get(need);
}
