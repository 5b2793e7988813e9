export interface AheadOptions<T, R> {
  readonly load: (item: T) => Promise<R>;
  /** Loads at a time; at least 1. */
  readonly atOnce: number;
  /** Of an item, in bytes of memory. Default: 0. */
  readonly sizeOf?: (item: T) => number;
  /** Most bytes that are being loaded or wait to be taken, but for a single larger item. */
  readonly bytesAtOnce?: number;
}

interface Loading<R> {
  readonly size: number;
  readonly result: Promise<R>;
}

/**
 * Loads what is needed next before it is asked for: many at once, given out in order, with bounded memory. The items are taken
 * from their source only when there is room. A load that fails throws when its turn comes.
 */
export async function* ahead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  { load, atOnce, sizeOf, bytesAtOnce = Infinity }: AheadOptions<T, R>,
): AsyncGenerator<R, undefined> {
  const source = iteratorOf(items);
  const loading: Loading<R>[] = [];
  let [bytes, ended] = [0, false];
  try {
    for (;;) {
      while (!ended && loading.length < atOnce && (bytes < bytesAtOnce || loading.length === 0)) {
        const next = await source.next();
        if (next.done === true) ended = true;
        else {
          const begun = begin(next.value, sizeOf?.(next.value) ?? 0, load);
          bytes += begun.size;
          loading.push(begun);
        }
      }
      const first = loading.shift();
      if (first === undefined) return undefined;
      const result = await first.result;
      bytes -= first.size;
      yield result;
    }
  } finally {
    await source.return?.();
    await Promise.allSettled(loading.map(({ result }) => result));
  }
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

function begin<T, R>(item: T, size: number, load: (item: T) => Promise<R>): Loading<R> {
  const result = load(item);
  // Thrown when its turn comes; until then nobody awaits it.
  result.catch(() => undefined);
  return { size, result };
}

/** All results, in order, of loads that are under way `atOnce` at a time. */
export async function allAhead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  options: AheadOptions<T, R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for await (const result of ahead(items, options)) results.push(result);
  return results;
}
