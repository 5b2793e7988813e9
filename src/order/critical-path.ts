import type { Milliseconds } from '../base/clock.ts';

export interface TimedNode {
  readonly name: string;
  /** Names that are not among the nodes are ignored. */
  readonly needs: readonly string[];
  readonly ms: Milliseconds;
}

export interface CriticalPath {
  /** From the first to go to the last to finish; empty when there are no nodes. */
  readonly path: readonly string[];
  /** How long the whole takes when everything that can go at once does. */
  readonly ms: Milliseconds;
}

/** The chain of needs that takes longest. `nodes` must be in an order in which needs come first: the waves, flattened. */
export function criticalPath(nodes: Iterable<TimedNode>): CriticalPath {
  const finishes = finishTimes(nodes);
  let last: string | undefined;
  let ms = -1;
  for (const [name, finish] of finishes)
    if (finish.ms > ms) {
      last = name;
      ms = finish.ms;
    }
  return { path: last === undefined ? [] : pathTo(finishes, last), ms: Math.max(0, ms) };
}

export interface Finish {
  /** From the start of the whole to the end of this node. */
  readonly ms: Milliseconds;
  /** The need that finishes last; undefined when it has none. */
  readonly after: string | undefined;
}

/** When each node is done at the earliest. Takes nodes in the same order as `criticalPath`. */
export function finishTimes(nodes: Iterable<TimedNode>): ReadonlyMap<string, Finish> {
  const finishes = new Map<string, Finish>();
  for (const node of nodes) {
    const after = latestOf(finishes, node.needs);
    const start = after === undefined ? 0 : (finishes.get(after)?.ms ?? 0);
    finishes.set(node.name, { ms: start + node.ms, after });
  }
  return finishes;
}

/** The chain that decides when `name` is done, `name` last. */
export function pathTo(finishes: ReadonlyMap<string, Finish>, name: string): readonly string[] {
  const path: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = finishes.get(at)?.after) path.push(at);
  return path.toReversed();
}

function latestOf(finishes: ReadonlyMap<string, Finish>, needs: readonly string[]): string | undefined {
  let latest: string | undefined;
  let ms = -1;
  for (const need of needs) {
    const finish = finishes.get(need);
    if (!finish || finish.ms <= ms) continue;
    latest = need;
    ms = finish.ms;
  }
  return latest;
}
