/**
 * One circle for each group of nodes that reach each other, as the shortest way from the node that was found
 * first back to itself. Takes time in proportion to the graph, and no stack: chains may be long.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  return groupsOf(graph).map((group) => shortestCycle(graph, new Set(group)));
}

interface Visit {
  readonly node: string;
  readonly targets: readonly string[];
  next: number;
}

interface Search {
  readonly index: Map<string, number>;
  readonly low: Map<string, number>;
  /** Nodes whose group is not closed yet. */
  readonly open: string[];
  readonly isOpen: Set<string>;
  readonly groups: string[][];
}

/** Strongly connected components (Tarjan), without recursion. Nodes that the graph does not have are left out. */
function groupsOf(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const search: Search = { index: new Map(), low: new Map(), open: [], isOpen: new Set(), groups: [] };
  for (const root of graph.keys()) if (!search.index.has(root)) explore(graph, root, search);
  return search.groups.filter((group) => group.length > 1 || graph.get(group[0] ?? '')?.includes(group[0] ?? ''));
}

function explore(graph: ReadonlyMap<string, readonly string[]>, root: string, search: Search): void {
  const path: Visit[] = [enter(graph, root, search)];
  for (let visit = path.at(-1); visit; visit = path.at(-1)) {
    const target = visit.targets[visit.next];
    visit.next += 1;
    if (target === undefined) {
      path.pop();
      leave(visit.node, path.at(-1)?.node, search);
    } else if (!search.index.has(target)) {
      if (graph.has(target)) path.push(enter(graph, target, search));
    } else if (search.isOpen.has(target)) lower(search, visit.node, search.index.get(target) ?? 0);
  }
}

function enter(graph: ReadonlyMap<string, readonly string[]>, node: string, search: Search): Visit {
  search.low.set(node, search.index.size);
  search.index.set(node, search.index.size);
  search.open.push(node);
  search.isOpen.add(node);
  return { node, targets: graph.get(node) ?? [], next: 0 };
}

function leave(node: string, parent: string | undefined, search: Search): void {
  const low = search.low.get(node) ?? 0;
  if (parent !== undefined) lower(search, parent, low);
  if (low !== search.index.get(node)) return;
  const group = search.open.splice(search.open.lastIndexOf(node));
  for (const member of group) search.isOpen.delete(member);
  search.groups.push(group);
}

function lower(search: Search, node: string, low: number): void {
  search.low.set(node, Math.min(search.low.get(node) ?? 0, low));
}

function shortestCycle(graph: ReadonlyMap<string, readonly string[]>, members: ReadonlySet<string>): readonly string[] {
  const [start = ''] = members;
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue)
    for (const target of graph.get(node) ?? []) {
      if (target === start) return wayTo(node, cameFrom);
      if (!members.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  return [start];
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let node: string | undefined = end; node !== undefined; node = cameFrom.get(node)) way.push(node);
  return way.toReversed();
}
