import type { Instant } from '../../base/clock.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import { chainStart } from '../../journal/chain.ts';
import type { ChainedEvent } from '../../journal/event-log.ts';
import type { SealedObjects } from '../../vault/sealed.ts';
import { catalogPrefix, parseName, type LogName, type PlanName } from './names.ts';
import { decodeSegment, type Segment, type Writer } from './segment.ts';

/** What is listed of one sealed catalog. */
export interface ListedCatalog {
  readonly id: string;
  readonly logs: readonly LogName[];
  /** The newest first. */
  readonly plans: readonly PlanName[];
}

/** What could be read of one. */
export interface SealedCatalog extends Writer {
  readonly id: string;
  /** In order; hashed anew, each fits the one before it unless one of `missing` lies between. */
  readonly events: readonly ChainedEvent[];
  /** When the newest event happened. */
  readonly lastAt: Instant | undefined;
  /** Events that lie between others and are not there, or can't be read. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** Objects that can't be read, and why. */
  readonly faults: readonly string[];
}

export async function listCatalogs(sealed: SealedObjects): Promise<readonly ListedCatalog[]> {
  const catalogs = new Map<string, { logs: LogName[]; plans: PlanName[] }>();
  for await (const { name } of sealed.list(catalogPrefix)) {
    const known = parseName(name);
    if (known === undefined) continue;
    const catalog = catalogs.get(known.catalog) ?? { logs: [], plans: [] };
    catalogs.set(known.catalog, catalog);
    if (known.kind === 'log') catalog.logs.push(known);
    else catalog.plans.push(known);
  }
  return [...catalogs].map(([id, { logs, plans }]) => ({
    id,
    logs,
    plans: plans.toSorted((a, b) => b.sequence - a.sequence),
  }));
}

/** What can be read of it; no more than faults when that is nothing. */
export async function readCatalog(
  sealed: SealedObjects,
  { id, logs }: ListedCatalog,
): Promise<SealedCatalog | { readonly id: string; readonly faults: readonly string[] }> {
  const walk: Walk = { events: [], missing: [], faults: [], head: chainStart, next: 1, newest: undefined };
  // Of those that begin at the same event the longest is tried first; a shorter one stands in for it.
  for (const log of logs.toSorted((a, b) => a.from - b.from || b.to - a.to))
    if (log.to >= walk.next) await read(sealed, log, walk);
  const { events, missing, faults, newest } = walk;
  if (newest === undefined) return { id, faults };
  const { plan, storage, host, lastAt } = newest;
  return { id, plan, storage, host, lastAt, events, missing, faults };
}

interface Walk {
  readonly events: ChainedEvent[];
  readonly missing: { readonly from: number; readonly to: number }[];
  readonly faults: string[];
  /** Hash of the newest event so far, and the number of the one after it. */
  head: string;
  next: number;
  newest: Segment | undefined;
}

async function read(sealed: SealedObjects, log: LogName, walk: Walk): Promise<void> {
  const segment = await segmentOf(sealed, log, walk.faults);
  if (segment === undefined) return;
  if (log.from > walk.next) walk.missing.push({ from: walk.next, to: log.from - 1 });
  else if (hashBefore(segment, walk.next) !== walk.head) {
    walk.faults.push(`muster/${log.name} does not continue what comes before it`);
    return;
  }
  for (const event of segment.events) if (event.sequence >= walk.next) walk.events.push(event);
  walk.head = segment.events.at(-1)?.hash ?? walk.head;
  walk.next = log.to + 1;
  walk.newest = segment;
}

async function segmentOf(sealed: SealedObjects, log: LogName, faults: string[]): Promise<Segment | undefined> {
  try {
    return decodeSegment(log, await sealed.get(log.name));
  } catch (error) {
    if (!faultsOfObjects.has(String(codeOf(error)))) throw error;
    faults.push(messageOf(error));
    return undefined;
  }
}

/** What is wrong with one object and need not be with the next. */
const faultsOfObjects: ReadonlySet<string> = new Set(['object-damaged', 'object-missing', 'object-newer']);

function hashBefore({ previous, events }: Segment, sequence: number): string | undefined {
  const at = events.findIndex((event) => event.sequence === sequence);
  return at === 0 ? previous : events[at - 1]?.hash;
}
