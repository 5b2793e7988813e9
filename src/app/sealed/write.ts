import type { ChainedEvent, EventLog } from '../../journal/event-log.ts';
import type { SealedObjects } from '../../vault/sealed.ts';
import { catalogPrefix, logName, parseName, planName, shortHash, type LogName, type PlanName } from './names.ts';
import type { PlanDocument } from './plan-document.ts';
import { encodeSegment, type Writer } from './segment.ts';
import { outdatedPlans, removeAll, superfluous, toJoin, type SizedLog } from './tidy.ts';

export interface SealRequest {
  readonly sealed: SealedObjects;
  readonly log: EventLog;
  readonly writer: Writer;
  readonly plan: PlanDocument;
  /** `keep`: the store lets nothing go, so nothing is joined and taken away. */
  readonly old: 'remove' | 'keep';
}

export interface SealResult {
  /** The newest event that lies there now. */
  readonly sequence: number;
  /** Events that were written, in the order of their numbers. */
  readonly ranges: readonly Range[];
  /** True when the journal has got a new id, under which all is written from the beginning. */
  readonly renamed: boolean;
}

/** Both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the sealed catalog of a journal in one storage target up to date: what is listed there is completed, whatever is
 * missing. Cut off at any moment, it leaves what was whole before.
 */
export async function sealCatalog(request: SealRequest): Promise<SealResult> {
  const { sealed, log } = request;
  const listed = await listOf(sealed, log.id());
  if (listed.logs.some((each) => !isOwn(log, each))) {
    log.renewId();
    return { ...(await sealCatalog(request)), renamed: true };
  }
  const { sequence } = log.head();
  const ranges = gapsIn(listed.logs, sequence);
  const written: LogName[] = [];
  for (const range of ranges) written.push(...(await writeRange(request, range)));
  const plans = await writePlan(request, listed.plans, sequence);
  if (request.old === 'remove') await tidy(request, { ...listed, plans }, written);
  return { sequence, ranges, renamed: false };
}

interface Listed {
  readonly logs: readonly SizedLog[];
  readonly plans: readonly PlanName[];
}

async function listOf(sealed: SealedObjects, catalog: string): Promise<Listed> {
  const [logs, plans]: [SizedLog[], PlanName[]] = [[], []];
  for await (const { name, size } of sealed.list(`${catalogPrefix}${catalog}/`)) {
    const known = parseName(name);
    if (known?.kind === 'log') logs.push({ ...known, size });
    else if (known) plans.push(known);
  }
  return { logs, plans };
}

/** False when a copy of this journal wrote it, or this one before it was put back to an older state. */
function isOwn(log: EventLog, { to, hash }: LogName): boolean {
  const own = log.hashAt(to);
  return own !== undefined && shortHash(own) === hash;
}

/** What of the events from the first to the last none of them holds. */
function gapsIn(logs: readonly LogName[], last: number): readonly Range[] {
  const gaps: Range[] = [];
  let next = 1;
  for (const { from, to } of logs.toSorted((a, b) => a.from - b.from)) {
    if (from > next) gaps.push({ from: next, to: from - 1 });
    next = Math.max(next, to + 1);
  }
  if (next <= last) gaps.push({ from: next, to: last });
  return gaps;
}

/** Of the bodies of the events in one object. */
const charactersAtMost = 8 * 2 ** 20;

async function writeRange(request: SealRequest, { from, to }: Range): Promise<readonly LogName[]> {
  const written: LogName[] = [];
  let events: ChainedEvent[] = [];
  let characters = 0;
  for (const event of request.log.read(from, to)) {
    events.push(event);
    characters += event.body.length;
    if (characters < charactersAtMost && event.sequence < to) continue;
    written.push(await writeSegment(request, events));
    [events, characters] = [[], 0];
  }
  return written;
}

async function writeSegment({ sealed, log, writer }: SealRequest, events: readonly ChainedEvent[]): Promise<LogName> {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new TypeError('there is no event to be sealed');
  const catalog = log.id();
  const { sequence: from } = first;
  const { sequence: to, hash } = last;
  const name = logName({ catalog, from, to, hash });
  await sealed.putNew(name, encodeSegment(writer, log.hashAt(from - 1) ?? '', events));
  return { kind: 'log', name, catalog, from, to, hash: shortHash(hash) };
}

/** Only when it is not the one that was written last; gives the names of all that are there. */
async function writePlan(
  { sealed, log, plan }: SealRequest,
  plans: readonly PlanName[],
  sequence: number,
): Promise<readonly PlanName[]> {
  const newest = plans.toSorted((a, b) => b.sequence - a.sequence)[0];
  if (newest?.hash === shortHash(plan.hash)) return plans;
  const written = { catalog: log.id(), sequence, hash: shortHash(plan.hash) };
  const name = planName(written);
  await sealed.put(name, plan.bytes);
  return [...plans.filter((each) => each.name !== name), { kind: 'plan', name, ...written }];
}

/** Joins what there are many of, and takes away what that makes superfluous: only after it was written. */
async function tidy(request: SealRequest, { logs, plans }: Listed, written: readonly LogName[]): Promise<void> {
  const joined = toJoin(logs);
  const range = { from: Math.min(...joined.map(({ from }) => from)), to: Math.max(...joined.map(({ to }) => to)) };
  const rewritten = joined.length === 0 ? [] : await writeRange(request, range);
  await removeAll(request.sealed, [...superfluous([...logs, ...written, ...rewritten]), ...outdatedPlans(plans)]);
}
